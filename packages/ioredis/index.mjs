import standIn from './index.cjs';

export const { AbstractConnector, Cluster, Command, Pipeline, print, Redis, ReplyError, ScanStream, SentinelConnector, SentinelIterator } =
  standIn;
export default standIn;
