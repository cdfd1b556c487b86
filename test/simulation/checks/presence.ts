import type { Publication, SubscriptionKind, SubscriptionTurn } from '../books.js';
import type { SubscriberRecord } from '../workloads/calls.js';
import type { Evidence } from './check.js';
import { memberAt } from './group.js';

/** A span in which a connection of a client was subscribed at a server. */
interface Stay {
  readonly session: SubscriptionTurn['session'];
  readonly server: SubscriptionTurn['server'];
  readonly from: number;
  until: number;
}

/** Where subscribers were, by the servers' records. Those of one client share the subscriptions of its connections. */
export class Presence {
  readonly #stays = new Map<string, Stay[]>();

  constructor(private readonly evidence: Pick<Evidence, 'books' | 'clients' | 'kind' | 'ring'>) {
    const { books, clients } = evidence;
    for (const { at, session, server, kind, name, isOn } of books.subscriptionTurns) {
      for (const [client, { clientName }] of clients) {
        if (clientName !== null && clientName !== session.name) continue;
        const stays = this.#of(client, kind, name);
        const open = stays.find((stay) => stay.session === session && stay.until === Number.POSITIVE_INFINITY);
        if (!isOn && open !== undefined) open.until = at;
        if (isOn && open === undefined) stays.push({ session, server, from: at, until: Number.POSITIVE_INFINITY });
      }
    }
  }

  /** Whether the client is subscribed anywhere, or at the member of a ring that a server is of. */
  isThere({ client, kind }: SubscriberRecord, name: string, at: number, near: Stay['server'] | null = null): boolean {
    return this.#of(client, kind, name).some(({ server, from, until }) => {
      return from <= at && until > at && (near === null || memberAt(server.name) === memberAt(near.name));
    });
  }

  /**
   * Whether a subscriber should have the message, or a gap: it was handed to an open connection of its client, or at a time at which its client
   * was subscribed nowhere. While it is subscribed at another server than the one that hands out, the message never comes there; save that to
   * patterns a client subscribes at all members of a ring.
   */
  shouldHave({ client, kind }: SubscriberRecord, name: string, { at, server, receivers, closed }: Publication): boolean {
    const { evidence } = this;
    const isOfMembers = kind === 'pattern' && evidence.ring?.placesMove === false;
    const isNear = (other: Stay['server']): boolean => !isOfMembers || memberAt(other.name) === memberAt(server.name);
    const there = this.#of(client, kind, name).filter((stay) => {
      return stay.from <= at && stay.until >= at && !closed.includes(stay.session) && isNear(stay.server);
    });
    return there.length === 0 || there.some((stay) => stay.server === server && receivers.includes(stay.session));
  }

  #of(client: string, kind: SubscriberRecord['kind'] | SubscriptionKind, name: string): Stay[] {
    const place = `${client} ${kind} ${name}`;
    const stays = this.#stays.get(place) ?? [];
    this.#stays.set(place, stays);
    return stays;
  }
}
