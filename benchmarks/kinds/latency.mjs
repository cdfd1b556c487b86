import { openAll } from './load.mjs';

export const latencyFigures = [
  ['p50', 'latency p50, ms'],
  ['p99', 'latency p99, ms'],
  ['p999', 'latency p99.9, ms'],
  ['loopP99', 'event-loop interval p99, ms'],
  ['loopP999', 'event-loop interval p99.9, ms'],
];

/** One long stretch per client: the tail is what matters here. The event-loop figures are intervals of a timer of 1 ms. */
export async function measureLatency(id, _row, { names, servers, stretchMs, warmUpMs }) {
  const results = {};
  const open = await openAll(
    names.filter((name) => name !== 'bare'),
    servers.topology,
    results,
  );
  for (const [name, client] of open) {
    try {
      await client.ask('load', { row: id, durationMs: warmUpMs });
      results[name] = await client.ask('latency', { row: id, durationMs: stretchMs }, stretchMs + 60_000);
    } catch (error) {
      results[name] = { error: error.message };
    } finally {
      client.stop();
    }
  }
  return { results, figures: latencyFigures };
}
