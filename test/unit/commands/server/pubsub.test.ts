import { PubsubCommands } from '../../../../lib/commands/server/pubsub.js';
import { describeReplies, describeWire } from '../recorder.js';

describeWire(PubsubCommands, [
  [(r) => r.publish('c', 'm'), 'PUBLISH c m'],
  [(r) => r.spublish('c', 1), 'SPUBLISH c 1'],
  [(r) => r.pubsubChannels(), 'PUBSUB CHANNELS'],
  [(r) => r.pubsubChannels('n*'), 'PUBSUB CHANNELS n*'],
  [(r) => r.pubsubNumpat(), 'PUBSUB NUMPAT'],
  [(r) => r.pubsubNumsub(), 'PUBSUB NUMSUB'],
  [(r) => r.pubsubNumsub(['a', 'b']), 'PUBSUB NUMSUB a b'],
  [(r) => r.pubsubShardchannels(), 'PUBSUB SHARDCHANNELS'],
  [(r) => r.pubsubShardchannels('n*'), 'PUBSUB SHARDCHANNELS n*'],
  [(r) => r.pubsubShardnumsub('a'), 'PUBSUB SHARDNUMSUB a'],
  [(r) => r.pubsubHelp(), 'PUBSUB HELP'],
]);

describeReplies(PubsubCommands, [
  [(r) => r.pubsubNumsub(['a', 'b']), ['a', 0, 'b', 2], { a: 0, b: 2 }],
  [(r) => r.pubsubShardnumsub('a'), [Buffer.from('a'), 1n], { a: 1n }],
]);
