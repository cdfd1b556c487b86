/** In ms. https://github.com/redis/redis/blob/7.0/src/sentinel.c SENTINEL_…_PERIOD */
export const PERIODS = {
  ping: 1_000,
  info: 10_000,
  /** While the primary is down, or a replica has lost it. */
  infoWhileDown: 1_000,
  publish: 2_000,
  ask: 1_000,
  tilt: 30_000,
  /** A tick that is late by this begins the tilt. */
  tiltTrigger: 2_000,
  minLinkReconnect: 15_000,
  election: 10_000,
  reconfiguration: 10_000,
  maxDesync: 1_000,
} as const;
