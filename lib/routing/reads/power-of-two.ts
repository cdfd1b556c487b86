import { random as runtimeRandom } from '../../runtime/runtime.js';
import type { Candidates, SelectionStep } from './selection.js';

/** A node, as far as the picker knows it. */
export interface Loaded {
  /** Commands in flight. */
  readonly load: number;
}

/**
 * The picker among the candidates of a policy on a shard: draws two at random and takes the one with fewer commands in flight. That is
 * nearly as even as comparing all of them, and commands of one moment do not all go to the one idle node.
 */
export class PowerOfTwoPicker<N extends Loaded> {
  readonly nodes: readonly N[];
  /** See `Candidates`. */
  readonly step: SelectionStep | null;
  readonly isFallback: boolean;
  readonly validUntil: number;
  /** Sums of the weights up to and with each node; null where all are equal. */
  readonly #sums: readonly number[] | null;
  readonly #weights: readonly number[];

  constructor(
    nodes: readonly N[],
    { weights, step, isFallback, validUntil }: Omit<Candidates, 'nodes'>,
    /** Version of the shard's states that the candidates were selected by. */
    readonly version = 0,
  ) {
    this.nodes = nodes;
    this.step = step;
    this.isFallback = isFallback;
    this.validUntil = validUntil;
    this.#weights = weights;
    let sum = 0;
    const sums = weights.map((weight) => (sum += weight));
    this.#sums = weights.every((weight) => weight === weights[0]) ? null : sums;
  }

  /** Picks a candidate; null: there is none. */
  pick(random: () => number = runtimeRandom): N | null {
    const { nodes } = this;
    if (nodes.length < 2) return nodes[0] ?? null;
    return this.#sums === null ? pickEqual(nodes, random) : this.#pickWeighted(this.#sums, random);
  }

  /**
   * Draws both by weight, so that an idle node gets its share and not more. The second one is taken only where its load per weight is
   * lower: among idle nodes the shares are exactly by weight.
   */
  #pickWeighted(sums: readonly number[], random: () => number): N | null {
    const i = drawn(sums, random);
    const one = this.nodes[i];
    if (one === undefined) return null;
    const { load } = one;
    if (load === 0) return one;
    const j = drawn(sums, random);
    const other = this.nodes[j];
    if (other === undefined || i === j) return one;
    return other.load * (this.#weights[i] ?? 1) < load * (this.#weights[j] ?? 1) ? other : one;
  }
}

function pickEqual<N extends Loaded>(nodes: readonly N[], random: () => number): N | null {
  const i = Math.floor(random() * nodes.length);
  // One of the others: the range is shorter by one, and jumps over i.
  const j = Math.floor(random() * (nodes.length - 1));
  const one = nodes[i];
  const other = nodes[j < i ? j : j + 1];
  if (one === undefined || other === undefined) return one ?? other ?? null;
  return other.load < one.load ? other : one;
}

function drawn(sums: readonly number[], random: () => number): number {
  const last = sums.length - 1;
  const point = random() * (sums[last] ?? 0);
  let at = 0;
  while (at < last && (sums[at] ?? 0) <= point) at++;
  return at;
}
