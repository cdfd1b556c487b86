import type { Execution, Publication } from '../books.js';
import { globMatches } from '../servers/redis/glob.js';
import type { Delivery, SubscriberRecord } from '../workloads/calls.js';
import { idOf } from '../workloads/calls.js';
import type { Check, Evidence, Finding } from './check.js';
import { memberAt } from './group.js';
import type { Ledger } from './ledger.js';
import { Presence } from './presence.js';
import { ms } from './words.js';

/** What a subscriber was given under one of its names, in order. */
interface Stream {
  readonly record: SubscriberRecord;
  readonly name: string;
  readonly items: readonly Exclude<Delivery, { readonly type: 'event' }>[];
}

function* streamsOf(subscribers: readonly SubscriberRecord[]): Generator<Stream> {
  for (const record of subscribers) {
    if (record.kind === 'keyspace') continue;
    for (const name of record.names) {
      const items = record.deliveries.filter((item) => {
        if (item.type === 'event') return false;
        if (item.type === 'gap') return item.gap.name === name;
        return (record.kind === 'pattern' ? item.pattern : item.channel) === name;
      });
      yield { record, name, items: items as Stream['items'] };
    }
  }
}

function shownStream({ record, name }: Stream): string {
  return `subscriber #${record.id} of client ${record.client} to the ${record.kind} ${name}`;
}

/**
 * How long after a message was published it comes to the other nodes of a cluster at most, for a client that moves from one to another: such a
 * move waits for 50 ms (docs/pubsub.md). In ms.
 */
const HANDED_ON_MS = 40;

/** No message comes twice, and those of one publisher through one node come in order. */
export const deliveries: Check = {
  name: 'no message twice, none out of order',
  rule: 'messages',
  find({ subscribers, books }: Evidence, ledger: Ledger): Finding[] {
    const findings: Finding[] = [];
    let late: ReadonlySet<string> | null = null;
    for (const stream of streamsOf(subscribers)) {
      const seen = new Set<string>();
      /** The latest message of each node, by when it was published there. */
      const latest = new Map<string, Execution>();
      for (const item of stream.items) {
        if (item.type === 'gap') continue;
        const id = idOf(item.message);
        const [published, again] = ledger.ran(id);
        const what = `${item.channel} ${item.message}`;
        if (published === undefined || again !== undefined) continue;
        if (seen.has(what)) {
          late ??= handedOnLate(books.publications, ledger);
          if (late.has(item.message)) continue;
          findings.push({
            at: item.at,
            text: `${shownStream(stream)} was given '${item.message}' twice, again at ${ms(item.at)}`,
            calls: [stream.record.id, id],
          });
        }
        seen.add(what);
        const via = `${published.server.name} ${item.channel}`;
        const before = latest.get(via);
        if (before === undefined || before.at <= published.at) latest.set(via, published);
        else if (stream.record.kind !== 'pattern' || before.words[1] === item.channel) {
          late ??= handedOnLate(books.publications, ledger);
          const [, , other = ''] = before.words;
          if (late.has(item.message) || late.has(other)) continue;
          const text = `${shownStream(stream)} was given '${item.message}' at ${ms(item.at)} behind '${other}', which was published later through ${published.server.name}`;
          findings.push({ at: item.at, text, calls: [stream.record.id, id, idOf(other)] });
        }
      }
    }
    return findings;
  },
};

/** Messages that some node handed to its subscribers long after they were published: the servers were cut off from each other, or stood still. */
function handedOnLate(publications: readonly Publication[], ledger: Ledger): Set<string> {
  const late = new Set<string>();
  for (const { message, at } of publications) {
    const [published] = ledger.ran(idOf(message));
    if (published !== undefined && at > published.at + HANDED_ON_MS) late.add(message);
  }
  return late;
}

/** What Node's clock of the wall shows at the beginning of a seed. */
const WALL_MS = Date.UTC(2026, 0, 1);
/** Times of gaps are whole milliseconds. */
const ROUNDED_MS = 1;

/** A message that did not come lies in a gap, unless it never came to the server at which its subscriber was. */
export const gaps: Check = {
  name: 'every missing message lies in a gap',
  rule: 'messages',
  find(evidence: Evidence): Finding[] {
    const { subscribers, books } = evidence;
    if (subscribers.length === 0) return [];
    const findings: Finding[] = [];
    const presence = new Presence(evidence);
    /** The place of each message among all that were handed out: several may be at one moment. */
    const places = new Map<string, number>();
    for (const [place, { message }] of books.publications.entries()) if (!places.has(message)) places.set(message, place);
    for (const stream of streamsOf(subscribers)) {
      const { record, name, items } = stream;
      if (record.confirmedAt === null) continue;
      const until = endOf(record, evidence);
      const given = new Set(items.map((item) => (item.type === 'gap' ? '' : `${item.channel} ${item.message}`)));
      // A pattern has a subscription at each member of a ring, and others have one.
      const sourceOf = ({ server }: Publication): number =>
        evidence.ring !== null && record.kind === 'pattern' ? memberAt(server.name) : 0;
      // When the newest was handed out, not when it came: others may have been on their way behind it when the subscriber left.
      const last = new Map<number, number>();
      for (const item of items) {
        const place = item.type === 'message' ? (places.get(item.message) ?? -1) : -1;
        const publication = books.publications[place];
        if (publication !== undefined) last.set(sourceOf(publication), Math.max(last.get(sourceOf(publication)) ?? -1, place));
      }
      for (const [place, publication] of books.publications.entries()) {
        const { at, channel, message } = publication;
        if (at <= record.confirmedAt || at >= until || !matches(record, name, publication)) continue;
        if (given.has(`${channel} ${message}`) || !presence.shouldHave(record, name, publication)) continue;
        // What comes later, or never, is told when messages come again.
        const isAway = !presence.isThere(record, name, until, sourceOf(publication) === 0 ? null : publication.server);
        if (place > (last.get(sourceOf(publication)) ?? -1) && (isAway || at > until - STILL_COMING_MS)) continue;
        if (items.some((item) => item.type === 'gap' && covers(item.gap, at, evidence))) continue;
        const text = `${shownStream(stream)} missed '${message}' on ${channel}, which ${publication.server.name} handed out at ${ms(at)}, and no gap tells of it: ${shownGaps(stream)}`;
        findings.push({ at, text, calls: [record.id, idOf(message)] });
      }
    }
    return findings;
  },
};

/** What was handed out so shortly before the end may still be on its way, in ms. */
const STILL_COMING_MS = 5_000;

function matches({ kind }: SubscriberRecord, name: string, { isSharded, channel }: Publication): boolean {
  if (isSharded !== (kind === 'shard')) return false;
  return kind === 'pattern' ? globMatches(name, channel) : name === channel;
}

/** When a subscriber left, or its client did. */
function endOf({ client, endedAt }: SubscriberRecord, { calls, endedAt: seedEndedAt }: Evidence): number {
  const closed = calls.find(({ client: whose, words }) => whose === client && (words[0] === 'CLOSE' || words[0] === 'DESTROY'));
  return Math.min(endedAt ?? Number.POSITIVE_INFINITY, closed?.issuedAt ?? seedEndedAt);
}

type GapItem = Extract<Delivery, { readonly type: 'gap' }>;

function covers({ sinceMs, untilMs, reason }: GapItem['gap'], at: number, { hasWallJumps }: Evidence): boolean {
  // Where the clock was set the times of a gap say nothing, and what an overflow dropped has no other time than that of its neighbours.
  if (hasWallJumps || reason === 'overflow') return true;
  return at >= sinceMs - WALL_MS - ROUNDED_MS && at <= untilMs - WALL_MS + ROUNDED_MS;
}

function shownGaps({ items }: Stream): string {
  const told = items.filter((item) => item.type === 'gap');
  if (told.length === 0) return 'it had none';
  return `its gaps are ${told.map(({ gap }) => `${gap.reason} ${ms(gap.sinceMs - WALL_MS)} to ${ms(gap.untilMs - WALL_MS)}`).join(', ')}`;
}
