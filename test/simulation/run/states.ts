/** Transitions of a table as `from → to`, with how often each was made. */
export type TransitionCounts = Record<string, number>;
/** By the name of the table, which is its file: `pool/blocked-call`. */
export type StateCounts = Record<string, TransitionCounts>;

const names = new Map<object, string>();
let counts = new Map<object, Map<string, Map<string, number>>>();

/** Called by every file of lib with a table of transitions, in the bundle (`state-coverage.ts` adds the call). */
export function nameTable(name: string, table: object): void {
  names.set(table, name);
}

/** Called by `transition` of lib/util/state-machine.ts, in the bundle. */
export function countTransition(table: object, from: string, to: string): void {
  const ofTable = counts.get(table) ?? new Map<string, Map<string, number>>();
  const ofState = ofTable.get(from) ?? new Map<string, number>();
  counts.set(table, ofTable);
  ofTable.set(from, ofState);
  ofState.set(to, (ofState.get(to) ?? 0) + 1);
}

/** What was counted since the last call. */
export function takeStateCounts(): StateCounts {
  const taken: StateCounts = {};
  for (const [table, ofTable] of counts) {
    const all: TransitionCounts = {};
    for (const [from, ofState] of ofTable) for (const [to, count] of ofState) all[`${from} → ${to}`] = count;
    taken[names.get(table) ?? 'a table without a name'] = all;
  }
  counts = new Map();
  return taken;
}

/** Every table of the library, with its states and what may follow them. */
export function knownTables(): Record<string, Readonly<Record<string, readonly string[]>>> {
  return Object.fromEntries([...names].map(([table, name]) => [name, table as Readonly<Record<string, readonly string[]>>]));
}
