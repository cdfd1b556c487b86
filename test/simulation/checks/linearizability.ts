/** Something that was done to an object, as who did it saw it. */
export interface Operation<Step> {
  readonly from: number;
  /** Infinity: its outcome is not known. It took effect at any time since `from`, or never. */
  readonly until: number;
  readonly step: Step;
}

/** An object that does one thing after the other. */
export interface Model<State, Step> {
  readonly initial: State;
  /** The state after it; null: in this state it cannot have come to what it came to. */
  apply(state: State, step: Step): { readonly state: State } | null;
  /** Equal for equal states. */
  keyOf(state: State): string;
}

/** `at`: the operation that had to be over, and fits nowhere, in the order that led farthest. */
export type Verdict =
  | { readonly is: 'linearizable' }
  | { readonly is: 'gave up' }
  | { readonly is: 'not linearizable'; readonly at: number };

/** A call, or the return of one, in a list of what is left. */
interface Entry {
  /** Number of the operation. */
  readonly operation: number;
  readonly isCall: boolean;
  /** The other one of the two; null: it does not return. */
  other: Entry | null;
  before: Entry | null;
  after: Entry | null;
}

/**
 * Is there an order of these operations, one after the other, each between its call and its return, in which the object gives what they got?
 * Wing & Gong's search, with Lowe's memory of what was tried, as Porcupine has it.
 * https://www.cs.cmu.edu/~wing/publications/WingGong93.pdf https://www.cs.ox.ac.uk/people/gavin.lowe/LinearizabiltyTesting/
 * https://github.com/anishathalye/porcupine
 */
export function isLinearizable<State, Step>(
  operations: readonly Operation<Step>[],
  model: Model<State, Step>,
  mostSteps = 100_000,
): Verdict {
  const head = listOf(operations);
  const done = new Uint16Array(Math.ceil(operations.length / 16));
  const tried = new Set<string>();
  const path: { readonly entry: Entry; readonly state: State }[] = [];
  let { state, toReturn, steps, farthest, stuckAt } = {
    state: model.initial,
    toReturn: operations.filter(({ until }) => until !== Number.POSITIVE_INFINITY).length,
    steps: 0,
    farthest: -1,
    stuckAt: 0,
  };
  /** Whether this was not tried. As long as nothing has to be tried again nothing is remembered. */
  const isNew = (reached: State): boolean => {
    if (steps <= 2 * operations.length) return true;
    const memo = String.fromCharCode(...done) + model.keyOf(reached);
    if (tried.has(memo)) return false;
    tried.add(memo);
    return true;
  };
  let entry = head.after;
  while (toReturn > 0 && entry !== null) {
    if (entry.isCall) {
      if (++steps > mostSteps) return { is: 'gave up' };
      const { operation } = entry;
      const next = model.apply(state, operations[operation]?.step as Step);
      if (next !== null) {
        flip(done, operation);
        if (isNew(next.state)) {
          path.push({ entry, state });
          ({ state } = next);
          lift(entry);
          if (entry.other !== null) toReturn--;
          entry = head.after;
          continue;
        }
        flip(done, operation);
      }
      entry = entry.after;
      continue;
    }
    // It had to be over here, and has no place before.
    if (path.length > farthest) {
      farthest = path.length;
      stuckAt = entry.operation;
    }
    const last = path.pop();
    if (last === undefined) return { is: 'not linearizable', at: stuckAt };
    ({ state } = last);
    flip(done, last.entry.operation);
    unlift(last.entry);
    if (last.entry.other !== null) toReturn++;
    entry = last.entry.after;
  }
  return { is: 'linearizable' };
}

function listOf(operations: readonly Operation<unknown>[]): Entry {
  const entries: { readonly at: number; readonly entry: Entry }[] = [];
  for (const [operation, { from, until }] of operations.entries()) {
    const call: Entry = { operation, isCall: true, other: null, before: null, after: null };
    entries.push({ at: from, entry: call });
    if (until === Number.POSITIVE_INFINITY) continue;
    call.other = { operation, isCall: false, other: null, before: null, after: null };
    entries.push({ at: until, entry: call.other });
  }
  // At the same moment calls come first: they may have overlapped.
  entries.sort((a, b) => a.at - b.at || Number(b.entry.isCall) - Number(a.entry.isCall) || a.entry.operation - b.entry.operation);
  const head: Entry = { operation: -1, isCall: true, other: null, before: null, after: null };
  let last = head;
  for (const { entry } of entries) {
    last.after = entry;
    entry.before = last;
    last = entry;
  }
  return head;
}

/** Takes a call and its return out of the list. */
function lift(entry: Entry): void {
  unlink(entry);
  if (entry.other !== null) unlink(entry.other);
}

/** Puts them back, in the reverse order. */
function unlift(entry: Entry): void {
  if (entry.other !== null) link(entry.other);
  link(entry);
}

function unlink({ before, after }: Entry): void {
  if (before !== null) before.after = after;
  if (after !== null) after.before = before;
}

function link(entry: Entry): void {
  if (entry.before !== null) entry.before.after = entry;
  if (entry.after !== null) entry.after.before = entry;
}

function flip(bits: Uint16Array, at: number): void {
  const word = at >> 4;
  bits[word] = (bits[word] ?? 0) ^ (1 << (at & 15));
}
