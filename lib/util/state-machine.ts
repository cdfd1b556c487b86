/** Which states may follow each state. */
export type Transitions<State extends string> = Readonly<Record<State, readonly State[]>>;

/** Returns `next`. Throws on a transition that the table does not have: a defect of this library, never a caller's mistake. */
export function transition<State extends string>(table: Transitions<State>, current: State, next: State): State {
  if (!table[current].includes(next)) throw new Error(`no transition from ${current} to ${next}`);
  return next;
}
