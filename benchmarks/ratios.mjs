import { clients } from './clients.mjs';

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** The rival with the most operations a second in this row, however it is set up. */
export function fastestRival(byClient) {
  return Object.entries(byClient)
    .filter(([name, { error }]) => clients[name].rival && name !== 'before' && error === undefined)
    .sort(([, a], [, b]) => b.opsPerSecond - a.opsPerSecond)[0]?.[1];
}

/** What slotwise reached, divided by the fastest rival, the floor, and each rival as it comes. */
export function ratios(byClient, field) {
  const own = byClient.slotwise?.[field];
  const over = (other) => (own === undefined || other?.[field] === undefined ? undefined : own / other[field]);
  return {
    best: over(fastestRival(byClient)),
    bare: over(byClient.bare),
    ioredis: over(byClient.ioredis),
    nodeRedis: over(byClient['node-redis']),
    glide: over(byClient.glide),
    ...(byClient.before && { before: over(byClient.before) }),
  };
}
