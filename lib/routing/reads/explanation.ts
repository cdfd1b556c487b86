import type { NodeInfo, TopologySnapshot } from '../../topology/snapshot.js';
import type { Router } from '../router.js';
import type { ReadPolicy } from './read-preference.js';
import type { Reduction, SelectionStep } from './selection.js';

/** One step of the selection: who was left, and what removed the others. */
export interface ExplainedStep {
  /** Who is looked for: that of the mode, or one of the fallback chain. */
  readonly step: string;
  readonly reducer: string;
  /** Keys of nodes. */
  readonly left: readonly string[];
  readonly removed: readonly { readonly node: string; readonly why: string }[];
}

/** Where a command would go now, and why. `toString()` gives it to people, a line a step. */
export interface Explanation {
  readonly command: string;
  /** Key of the node it would go to; null: it would wait, be refused, or go to several. */
  readonly node: string | null;
  /** All that would do: who of them gets it is decided for each command, by weight and by load. */
  readonly candidates: readonly string[];
  readonly domain: string | null;
  /** Null where keys do not decide, or there are none. */
  readonly slot: number | null;
  /** Index in `topology.shards`. */
  readonly shard: number | null;
  /** What `reads` is for it; writes are always for the `primary`. */
  readonly mode: string;
  /** The mode's own nodes could not serve it. */
  readonly fallback: boolean;
  readonly steps: readonly ExplainedStep[];
  /** What it is split into. */
  readonly parts: readonly Explanation[];
  /** What is to be said besides. */
  readonly notes: readonly string[];
  toString(): string;
}

export type Facts = Pick<Explanation, 'command'> & Partial<Omit<Explanation, 'toString'>>;

export function explanation(facts: Facts): Explanation {
  const whole: Omit<Explanation, 'toString'> = {
    node: null,
    candidates: [],
    domain: null,
    slot: null,
    shard: null,
    mode: 'primary',
    fallback: false,
    steps: [],
    parts: [],
    notes: [],
    ...facts,
  };
  // Not enumerable: an explanation is data.
  return Object.defineProperty({ ...whole }, 'toString', { value: () => linesOf(whole).join('\n') });
}

type Found = Pick<Explanation, 'node' | 'candidates' | 'fallback' | 'steps' | 'notes'>;

/** For a command that may only go to the primary. */
export function explainPrimary(router: Router, shard: number): Found {
  const primary = primaryOf(router.snapshot, shard);
  if (primary === null)
    return { node: null, candidates: [], fallback: false, steps: [], notes: ['no primary is known, it would wait for one'] };
  const trouble = router.stateOf(primary).unreachableReason;
  const notes = trouble === null ? [] : [`it would wait: ${trouble}`];
  return { node: trouble === null ? primary.key : null, candidates: [primary.key], fallback: false, steps: [], notes };
}

/** For a command that only reads. Runs the very reducers that the router runs. */
export function explainRead(router: Router, shard: number, policy: ReadPolicy): Found {
  const steps: ExplainedStep[] = [];
  const trace = (step: SelectionStep, { reducer, left, removed }: Reduction): void => {
    steps.push({ step: step.name, reducer, left: keysOf(left), removed: removed.map(({ node, why }) => ({ node: node.key, why })) });
  };
  const found = router.candidatesOf(shard, policy, trace);
  const { nodes, isFallback } = found;
  const notes: string[] = [];
  if (nodes.length === 0) notes.push('nobody may serve it now, it would wait until somebody may');
  else if (policy.choose !== null) notes.push('the function in reads chooses among the candidates');
  const node = policy.choose === null ? (router.chosenOf(found)?.key ?? null) : null;
  return { node, candidates: keysOf(nodes), fallback: isFallback, steps, notes };
}

function primaryOf({ shards }: TopologySnapshot, shard: number): NodeInfo | null {
  return shards[shard]?.primary ?? null;
}

function keysOf(nodes: readonly NodeInfo[]): string[] {
  return nodes.map(({ key }) => key);
}

function linesOf(one: Omit<Explanation, 'toString'>): string[] {
  const { command, node, candidates, domain, slot, shard, mode, steps, parts, notes, fallback } = one;
  if (parts.length > 0) {
    return [`${command} is split in ${parts.length}`, ...notes, ...parts.flatMap((part) => linesOf(part).map((line) => `  ${line}`))];
  }
  const place = [
    ...(domain === null ? [] : [`domain ${domain}`]),
    ...(slot === null ? [] : [`slot ${slot}`]),
    ...(shard === null ? [] : [`shard ${shard}`]),
    `reads ${mode}`,
    ...(fallback ? ['by a fallback'] : []),
  ];
  const others = candidates.length > 1 ? `, one of ${candidates.join(' and ')}` : '';
  return [
    `${command} -> ${node ?? 'nobody'}${others}`,
    place.join(', '),
    ...steps.map(({ step, reducer, left, removed }) => {
      const gone = removed.map((each) => `${each.node}: ${each.why}`).join('; ');
      return `${step}: ${reducer}: ${left.join(' ') || 'nobody'}${gone === '' ? '' : ` (not ${gone})`}`;
    }),
    ...notes,
  ];
}
