import { NO_SAMPLES, type Sample, type Samples } from '../../../../../lib/admin/cli/top/sampler.js';
import type { ServerRow } from '../../../../../lib/admin/health/server-row.js';

type Fields = Readonly<Record<string, string | number>>;

/** A sample of a server that has been up for as long as the clock runs. */
export function sampleAt(atMs: number, fields: Fields = {}, own: Partial<Sample['own']> = {}): Sample {
  const all = { run_id: 'a', uptime_in_seconds: 100 + Math.floor(atMs / 1_000), role: 'master', ...fields };
  return {
    atMs,
    roundTripMs: 1,
    info: new Map(Object.entries(all).map(([name, value]) => [name, String(value)])),
    own: { open: 1, begun: 1, commands: 0, pending: 0, sentBytes: 0, receivedBytes: 0, ...own },
  };
}

export function samplesOf(before: Sample | null, last: Sample | null, more: Partial<Samples> = {}): Samples {
  return { ...NO_SAMPLES, before, last, ...more };
}

export function rowOf(name: string, more: Partial<ServerRow> = {}): ServerRow {
  const [host = '', port = '6379'] = name.split(':');
  const row: ServerRow = {
    id: name,
    name,
    depth: 0,
    role: 'primary',
    address: { host, port: Number(port) },
    reachable: true,
    problem: null,
    slots: null,
    keys: null,
    facts: null,
  };
  return { ...row, ...more };
}
