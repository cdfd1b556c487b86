import { type Address, addressKey } from '../../options/address.js';
import type { SentinelView } from './view.js';

interface Known {
  readonly address: Address;
  readonly isSeed: boolean;
  /** Null until it told. */
  readonly id: string | null;
}

/** The sentinels of a group: the configured ones stay for ever, those learnt from others as long as somebody knows them. Who answers comes first. */
export class KnownSentinels {
  readonly #map: (announced: Address) => Address;
  #known: readonly Known[];

  constructor(seeds: readonly Address[], map: (announced: Address) => Address) {
    this.#map = map;
    this.#known = [...new Map(seeds.map((address) => [addressKey(address), { address, isSeed: true, id: null }])).values()];
  }

  get addresses(): Address[] {
    return this.#known.map(({ address }) => address);
  }

  /** In the order of the answers. */
  heard(answers: readonly { readonly address: Address; readonly view: SentinelView }[]): void {
    if (answers.length === 0) return;
    const ids = new Map(answers.map(({ address, view }) => [addressKey(address), view.id]));
    const learnt = new Map(answers.flatMap(({ view }) => view.sentinels.map((other) => [addressKey(this.#map(other.address)), other])));
    const answered = answers.map(({ address }) => addressKey(address));
    // One that answers under a configured name is not asked again under the name that the others know it by.
    const idsHeard = new Set([...ids.values()].filter((id) => id !== null));

    const kept = this.#known
      .filter(({ address, isSeed }) => isSeed || ids.has(addressKey(address)) || learnt.has(addressKey(address)))
      .map((sentinel): Known => ({ ...sentinel, id: ids.get(addressKey(sentinel.address)) ?? sentinel.id }));
    const keys = new Set(kept.map(({ address }) => addressKey(address)));
    const added = [...learnt].flatMap(([key, { id, address }]): Known[] =>
      keys.has(key) || (id !== null && idsHeard.has(id)) ? [] : [{ address: this.#map(address), isSeed: false, id }],
    );
    const rank = ({ address }: Known): number => {
      const place = answered.indexOf(addressKey(address));
      return place === -1 ? answered.length : place;
    };
    this.#known = [...kept, ...added].sort((a, b) => rank(a) - rank(b));
  }
}
