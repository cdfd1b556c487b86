import { clearTimeout, performance, setTimeout } from '../../../runtime/runtime.js';
import { suggest } from '../../../util/suggestion.js';
import type { TopologyKind } from '../../health/server-kind.js';
import { ownLoad } from '../../own-load.js';
import { clientOf } from '../../reach.js';
import type { Command, CommandContext, CommandResult, OptionHelps, OptionValues } from '../command.js';
import { numberOption, textOption } from '../option-values.js';
import { reachTarget, SENTINELS } from '../target-words.js';
import { UsageError } from '../usage-error.js';
import { ORDERS, type Order } from './columns.js';
import { Sampler } from './sampler.js';
import { runTop } from './top.js';

const TOP_OPTIONS: OptionHelps = {
  interval: { value: 'MS', what: 'time between two looks (2000)' },
  count: { value: 'NUMBER', what: 'how many looks (until Ctrl-C); exit code 1 if there are errors then' },
  sort: { value: 'COLUMN', what: 'ops, memory, lag, cpu, rtt, name … (tree: replicas under primaries)' },
};

const DEFAULT_INTERVAL_MS = 2_000;
const TIMEOUT_MS = 5_000;
/** Longest time for which one picture waits for a slow server. */
const MOST_PATIENCE_MS = 500;
/** A server that is asked more often than this is not called silent for one late answer. */
const LEAST_SILENCE_MS = 1_000;

/** A command that watches the servers of a topology; null: of any. */
export function topCommand(name: string, meant: TopologyKind | null, what: string): Command {
  return {
    name,
    usage: 'URL, or HOST:PORT …, or FILE',
    what,
    options: { ...TOP_OPTIONS, ...(meant === 'cluster' || meant === 'replication' ? {} : SENTINELS) },
    words: [1, 100],
    run: (context) => watch(context, meant),
  };
}

async function watch(context: CommandContext, meant: TopologyKind | null): Promise<CommandResult> {
  const { options, words, interrupt, process, json } = context;
  const intervalMs = numberOption(options, 'interval', 100) ?? DEFAULT_INTERVAL_MS;
  const looks = numberOption(options, 'count', 1) ?? Number.POSITIVE_INFINITY;
  const order = orderOption(options);
  const { admin } = await reachTarget(context, words, meant);
  const now = (): number => performance.now();
  const sampler = new Sampler({
    now,
    sleep: pause,
    loadOf: (key) => ownLoad.of(key),
    patienceMs: Math.min(intervalMs / 2, MOST_PATIENCE_MS),
    silenceMs: Math.max(intervalMs, LEAST_SILENCE_MS),
    timeoutMs: TIMEOUT_MS,
  });
  using _ = interrupt.during(() => undefined);
  const code = await runTop(
    {
      admin,
      sampler,
      clientOf: (row) => clientOf(admin, row),
      output: process.stdout,
      terminal: process.terminal ?? null,
      now,
      sleep: pause,
    },
    { intervalMs, looks, order, json, stop: interrupt.signal },
  );
  return { code, text: '', json: undefined };
}

/** Waits for so many ms, or until the signal fires. */
function pause(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      stop.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    if (stop.aborted) end();
    else stop.addEventListener('abort', end);
  });
}

function orderOption(options: OptionValues): Order {
  const by = textOption(options.sort) ?? 'tree';
  if (!ORDERS.includes(by)) throw new UsageError(`--sort: there is no column ${by}; ${suggest(by, ORDERS)}`);
  return { by, reversed: false };
}
