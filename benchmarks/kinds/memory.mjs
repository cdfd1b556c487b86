import { setTimeout as sleep } from 'node:timers/promises';
import { openAll } from './load.mjs';

export const memoryFigures = [
  ['heapBytes', 'heap + external, bytes each'],
  ['rssBytes', 'resident set, bytes each'],
  ['refused', 'commands refused'],
];

/** Commands are issued while the server is stopped (SIGSTOP), so all of them stay pending; then it goes on and they have to settle. */
export async function measureMemory(id, _row, { names, servers, warmUpMs }) {
  const results = {};
  for (const name of names.filter((each) => each !== 'bare')) {
    const client = (await openAll([name], servers.topology, results)).get(name);
    if (!client) continue;
    try {
      await client.ask('load', { row: 'get-1000', durationMs: warmUpMs });
      await sleep(200);
      servers.pause();
      const held = await client.ask('fill', { row: id });
      servers.resume();
      const { refused } = await client.ask('drain');
      results[name] = { ...held, refused, ...(refused > 0 ? { error: `${refused} commands were refused` } : {}) };
    } catch (error) {
      results[name] = { error: error.message };
    } finally {
      servers.resume();
      client.stop();
    }
  }
  return { results, figures: memoryFigures };
}
