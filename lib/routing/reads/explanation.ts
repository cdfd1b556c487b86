import type { NodeInfo } from '../../topology/snapshot.js';
import type { Router } from '../router.js';
import type { ReadPolicy } from './read-preference.js';
import type { Reduction, SelectionStep } from './selection.js';

/** One reducer of the selection: the nodes that it left, and why it removed the others. */
export interface ExplainedStep {
  /** The step of the mode, or of the fallback chain. */
  readonly step: string;
  readonly reducer: string;
  /** Keys of nodes. */
  readonly left: readonly string[];
  readonly removed: readonly { readonly node: string; readonly why: string }[];
}

/** The member of a ring that has a command's keys, and how it was found. */
export interface ExplainedMember {
  readonly name: string;
  /** What is hashed of the first key: its tag, or all of it; null: no key decides. */
  readonly hashed: string | null;
  /** The hash function and its value; null: none that is known. */
  readonly hash: string | null;
  readonly why: string;
}

/** The routing of a command as it would be now, with reasons. `toString()` shows it, a line a step. */
export interface Explanation {
  readonly command: string;
  /** Key of the node it would go to; null: it would wait, be refused, or go to several. */
  readonly node: string | null;
  /** Keys of all nodes that may serve it: one is picked for each command, by weight and by load. */
  readonly candidates: readonly string[];
  readonly domain: string | null;
  /** Hash slot of the keys, in a ring the number of their member; null where keys do not decide, or there are none. */
  readonly slot: number | null;
  /** The member of a ring that the command goes to. Only in a ring. */
  readonly member?: ExplainedMember;
  /** Index in `topology.shards`. */
  readonly shard: number | null;
  /** Its mode of `reads`; writes always have `primary`. */
  readonly mode: string;
  /** The mode's own nodes could not serve it. */
  readonly fallback: boolean;
  readonly steps: readonly ExplainedStep[];
  /** The parts it is split into. */
  readonly parts: readonly Explanation[];
  /** Further remarks. */
  readonly notes: readonly string[];
  toString(): string;
}

/** The parts of an explanation that are known; the rest has defaults. */
type Facts = Pick<Explanation, 'command'> & Partial<Omit<Explanation, 'toString'>>;

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

type ExplainedTarget = Pick<Explanation, 'node' | 'candidates' | 'fallback' | 'steps' | 'notes'>;

/** Explains a command that may only go to the primary. */
export function explainPrimary(router: Router, shard: number): ExplainedTarget {
  const primary = router.snapshot.shards[shard]?.primary ?? null;
  if (primary === null)
    return { node: null, candidates: [], fallback: false, steps: [], notes: ['no primary is known, it would wait for one'] };
  const { unreachableReason } = router.stateOf(primary);
  const notes = unreachableReason === null ? [] : [`it would wait: ${unreachableReason}`];
  return { node: unreachableReason === null ? primary.key : null, candidates: [primary.key], fallback: false, steps: [], notes };
}

/** Explains a command that only reads, by the same reducers that the router runs. */
export function explainRead(router: Router, shard: number, policy: ReadPolicy): ExplainedTarget {
  const steps: ExplainedStep[] = [];
  const trace = (step: SelectionStep, { reducer, left, removed }: Reduction): void => {
    steps.push({ step: step.name, reducer, left: nodeKeys(left), removed: removed.map(({ node, why }) => ({ node: node.key, why })) });
  };
  const candidates = router.select(shard, policy, trace);
  const { nodes, isFallback } = candidates;
  const notes: string[] = [];
  if (nodes.length === 0) notes.push('nobody may serve it now, it would wait until somebody may');
  else if (policy.choose !== null) notes.push('the function in reads chooses among the candidates');
  const node = policy.choose === null ? (router.pickAmong(candidates)?.key ?? null) : null;
  return { node, candidates: nodeKeys(nodes), fallback: isFallback, steps, notes };
}

/** Most nodes whose reasons a message has. */
const MAX_REASONS = 4;

/** Why no node may serve a command that only reads, node by node; null: one may. */
export function readReason(router: Router, shard: number, policy: ReadPolicy): string | null {
  const whyNot = new Map<string, string>();
  const trace = (step: SelectionStep, { reducer, removed }: Reduction): void => {
    for (const { node, why } of removed) {
      const isMeant = reducer !== 'mode' && (node.role === 'primary' ? step.primary : step.replicas);
      if (isMeant) whyNot.set(node.key, why.includes(node.key) ? why : `${node.key}: ${why}`);
    }
  };
  if (router.select(shard, policy, trace).nodes.length > 0) return null;
  if (whyNot.size === 0) return `reads are for ${policy.reads}, and no such node is known`;
  const shown = [...whyNot.values()].slice(0, MAX_REASONS).join('; ');
  return `reads are for ${policy.reads}, and no such node may serve them (${shown}${whyNot.size > MAX_REASONS ? `; and ${whyNot.size - MAX_REASONS} more` : ''})`;
}

function nodeKeys(nodes: readonly NodeInfo[]): string[] {
  return nodes.map(({ key }) => key);
}

function linesOf(one: Omit<Explanation, 'toString'>): string[] {
  const { command, node, candidates, domain, slot, member, shard, mode, steps, parts, notes, fallback } = one;
  if (parts.length > 0) {
    return [`${command} is split in ${parts.length}`, ...notes, ...parts.flatMap((part) => linesOf(part).map((line) => `  ${line}`))];
  }
  const place = [
    ...(domain === null ? [] : [`domain ${domain}`]),
    ...(slot === null || member !== undefined ? [] : [`slot ${slot}`]),
    ...(member === undefined ? [] : [`member ${member.name}`]),
    ...(shard === null ? [] : [`shard ${shard}`]),
    `reads ${mode}`,
    ...(fallback ? ['by a fallback'] : []),
  ];
  const others = candidates.length > 1 ? `, one of ${candidates.join(' and ')}` : '';
  return [
    `${command} -> ${node ?? 'nobody'}${others}`,
    place.join(', '),
    ...(member === undefined ? [] : [memberText(member)]),
    ...steps.map(({ step, reducer, left, removed }) => {
      const gone = removed.map((each) => `${each.node}: ${each.why}`).join('; ');
      return `${step}: ${reducer}: ${left.join(' ') || 'nobody'}${gone === '' ? '' : ` (not ${gone})`}`;
    }),
    ...notes,
  ];
}

function memberText({ hashed, hash, why }: ExplainedMember): string {
  if (hashed === null) return `member: ${why}`;
  return `member: ${JSON.stringify(hashed)} is hashed${hash === null ? '' : ` (${hash})`}: ${why}`;
}
