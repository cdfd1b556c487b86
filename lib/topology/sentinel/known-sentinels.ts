import { type Address, addressKey } from '../../options/address.js';
import { LIMITS } from '../limits.js';
import type { SentinelView } from './view.js';

interface KnownSentinel {
  readonly address: Address;
  readonly isSeed: boolean;
  /** Run id of the sentinel; null until it said it. */
  readonly id: string | null;
}

/**
 * List of the sentinels of a group, in the order in which they answered last. The configured ones stay for ever, those learnt from other
 * sentinels as long as another one names them: one that was taken away from the group may still answer.
 */
export class KnownSentinels {
  /** Address to connect to for an announced one; null: it is refused. */
  readonly #map: (announced: Address) => Address | null;
  #sentinels: readonly KnownSentinel[];

  constructor(seeds: readonly Address[], map: (announced: Address) => Address | null) {
    this.#map = map;
    this.#sentinels = [...new Map(seeds.map((address) => [addressKey(address), { address, isSeed: true, id: null }])).values()];
  }

  get addresses(): Address[] {
    return this.#sentinels.map(({ address }) => address);
  }

  /** Takes in answers, in their order. */
  update(answers: readonly { readonly address: Address; readonly view: SentinelView }[]): void {
    if (answers.length === 0) return;
    const ids = new Map(answers.map(({ address, view }) => [addressKey(address), view.id]));
    const named = answers.flatMap(({ view }) => view.sentinels);
    const learnt = new Map(
      named.flatMap(({ id, address: announced }) => {
        const address = this.#map(announced);
        return address === null ? [] : [[addressKey(address), { id, address }] as const];
      }),
    );
    const answered = answers.map(({ address }) => addressKey(address));
    // A sentinel that answers under a configured name is not asked again under the name that the others use.
    const answeredIds = new Set([...ids.values()].filter((id) => id !== null));

    const namedIds = new Set(named.map(({ id }) => id).filter((id) => id !== null));
    const isNamed = (key: string): boolean => learnt.has(key) || namedIds.has(ids.get(key) ?? '');
    // Where none but itself knows the group, an unnamed one is better than none.
    const others = (key: string): boolean => answers.some(({ address, view }) => view.primary !== null && addressKey(address) !== key);
    const stays = (key: string): boolean => isNamed(key) || (ids.has(key) && !others(key));
    const kept = this.#sentinels
      .filter(({ address, isSeed }) => isSeed || stays(addressKey(address)))
      .map((sentinel): KnownSentinel => ({ ...sentinel, id: ids.get(addressKey(sentinel.address)) ?? sentinel.id }));
    const keys = new Set(kept.map(({ address }) => addressKey(address)));
    const added = [...learnt].flatMap(([key, { id, address }]): KnownSentinel[] =>
      keys.has(key) || (id !== null && answeredIds.has(id)) ? [] : [{ address, isSeed: false, id }],
    );
    const rank = ({ address }: KnownSentinel): number => {
      const index = answered.indexOf(addressKey(address));
      return index === -1 ? answered.length : index;
    };
    // Each sentinel may name others than the next one.
    const room = Math.max(0, LIMITS.sentinels - kept.length);
    this.#sentinels = [...kept, ...added.slice(0, room)].sort((a, b) => rank(a) - rank(b));
  }
}
