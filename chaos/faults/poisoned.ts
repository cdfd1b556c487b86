import type { Fault, Scene } from '../fault.js';
import type { Moments } from '../ledger.js';
import { nowMs } from '../now.js';
import { type Stage, TAG } from '../stages/stage.js';

const LIST = `{${TAG}}:poisoned`;
const ELEMENT = 'x'.repeat(100_000);
/** Together more than the socket's buffers and the limit hold. */
const ELEMENTS = 60;
const LIMIT = 'client-output-buffer-limit';

/** One read has a reply beyond `client-output-buffer-limit`: the server closes the connection on which it is asked, each time. */
async function strike({ stage, holdMs, readList }: Scene<Stage>): Promise<Moments> {
  const primary = await stage.primary();
  for (let i = 0; i < ELEMENTS; i++) await primary.ask('RPUSH', LIST, ELEMENT);
  await primary.ask('CONFIG', 'SET', LIMIT, 'normal 1mb 0 0');
  try {
    const struckAt = nowMs();
    await readList?.(LIST, holdMs);
    return { struckAt, outages: [] };
  } finally {
    await primary.ask('CONFIG', 'SET', LIMIT, 'normal 0 0 0');
  }
}

/** The commands in flight at its first two losses may be lost: at each as many as are issued in 10 ms. */
export const poisonedReply: Fault = {
  name: 'poisoned',
  title: 'poisoned reply: beyond the output limit',
  strike,
  bounds: { failedWritesMs: 20, readsFailed: 0, poisonedMs: 1_000 },
};
