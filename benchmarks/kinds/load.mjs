import { spawnSync } from 'node:child_process';
import { startClient } from '../process.mjs';
import { median } from '../ratios.mjs';

/** Opens every client in a process of its own; one that fails to open or whose answers are wrong is out of the row. */
export async function openAll(names, topology, results) {
  const open = new Map(names.map((name) => [name, startClient(name)]));
  await Promise.all(
    names.map(async (name) => {
      try {
        await open.get(name).ask('open', { topology });
      } catch (error) {
        results[name] = { error: error.message };
        open.get(name).stop();
        open.delete(name);
      }
    }),
  );
  return open;
}

export const turned = (list, by) => list.map((_, i) => list[(i + by) % list.length]);

/** Interleaved rounds, the order turned by one each round, so that a drift of the machine hits every client alike; medians. Round 0 warms up. */
export async function measureLoad(id, row, { names, servers, rounds, durationMs, warmUpMs, loadTool }) {
  const results = {};
  const able = names.filter((name) => !(row.cluster && name === 'bare'));
  const open = await openAll(able, servers.topology, results);
  const taken = new Map([...open.keys()].map((name) => [name, []]));
  try {
    for (let round = 0; round <= rounds; round += 1) {
      for (const name of turned([...open.keys()], round)) {
        if (results[name]?.error) continue;
        try {
          const result = await open.get(name).ask('load', { row: id, durationMs: round === 0 ? warmUpMs : durationMs });
          if (round > 0) taken.get(name).push(result);
        } catch (error) {
          results[name] = { error: error.message };
        }
      }
    }
  } finally {
    for (const client of open.values()) client.stop();
  }
  for (const [name, list] of taken) {
    if (results[name]?.error) continue;
    const of = (field) => list.map((result) => result[field]);
    results[name] = { opsPerSecond: median(of('opsPerSecond')), cpuMicros: median(of('cpuMicros')), rounds: list };
  }
  const ceiling = row.loadTool && loadTool ? measureCeiling(loadTool, servers.topology.ports[0], row, durationMs) : undefined;
  return { results, ...(ceiling ? { ceiling } : {}) };
}

/** What the server's own load generator reaches with as many commands in flight: over as many connections, or pipelined over fewer. */
function measureCeiling(tool, port, { args, callers }, durationMs) {
  const rates = [1, 10, callers].map((depth) => {
    const load = ['-h', '127.0.0.1', '-p', port, '-c', callers / depth, '-P', depth, '-n', 1_000 * durationMs, '--csv', ...args(0)];
    const { stdout } = spawnSync(tool, load.map(String), { encoding: 'utf8', timeout: 60_000 });
    return Number(/^"(?!test).*?","([\d.]+)"/m.exec(stdout)?.[1] ?? 0);
  });
  return Math.max(...rates) || undefined;
}
