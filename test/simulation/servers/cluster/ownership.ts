import type { SlotSet } from './slots.js';

/** From `at` on, this server believes that it serves these slots, at this config epoch. A replica serves none. */
export interface OwnershipTurn {
  readonly at: number;
  /** `host:port`. */
  readonly server: string;
  readonly slots: SlotSet;
  readonly epoch: number;
}

/** Who served which slots when, as each server itself saw it. */
export class OwnershipLog {
  readonly turns: OwnershipTurn[] = [];
  readonly #byServer = new Map<string, OwnershipTurn[]>();

  changed(turn: OwnershipTurn): void {
    this.turns.push(turn);
    const own = this.#byServer.get(turn.server);
    if (own === undefined) this.#byServer.set(turn.server, [turn]);
    else own.push(turn);
  }

  /** What a server believed of itself then. */
  #turnAt(server: string, at: number): OwnershipTurn | undefined {
    const turns = this.#byServer.get(server) ?? [];
    for (let index = turns.length - 1; index >= 0; index--) {
      const turn = turns[index];
      if (turn !== undefined && turn.at <= at) return turn;
    }
    return undefined;
  }

  /** Whether the server believed that the slot was its own. */
  believed(server: string, slot: number, at: number): boolean {
    return this.#turnAt(server, at)?.slots[slot] === 1;
  }

  /** Of those that believed so, the one with the highest epoch: all nodes come to agree on it. null: nobody. */
  ownerOf(slot: number, at: number): string | null {
    let best: OwnershipTurn | null = null;
    for (const server of this.#byServer.keys()) {
      const turn = this.#turnAt(server, at);
      if (turn?.slots[slot] === 1 && (best === null || turn.epoch > best.epoch)) best = turn;
    }
    return best?.server ?? null;
  }
}
