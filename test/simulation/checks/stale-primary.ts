import { slotOfKey } from '../../../lib/routing/keys/slots.js';
import { type Execution, type RoleWord, wayOf } from '../books.js';
import type { CallRecord } from '../workloads/calls.js';
import type { Check, Evidence, Finding, Span } from './check.js';
import { type Group, groupOf, memberAt } from './group.js';
import { keysOf, type Ledger } from './ledger.js';
import { RoleKnowledge } from './role-knowledge.js';
import { ms, shownExecution } from './words.js';

/** How long a client may need to follow a word, in ms. */
const FOLLOW_MS = 50;
/** The same where reads are served by the rules of groups, too, in ms: a sample of a fixed address tells it first, and the next probe confirms it. */
const SAMPLED_FOLLOW_MS = 100;

/** No write leaves for a node more than 50 ms after the client could have known that it is no primary. */
export const stalePrimary: Check = {
  name: 'no write to a node that is no primary',
  rule: 'roles',
  find(evidence: Evidence, ledger: Ledger): Finding[] {
    const { books, stalls } = evidence;
    const readers = new Map<string, Reader>();
    const words = new WordsOfNodes(evidence);
    const classes = new SlotClasses(books.roleWords);
    const isAlone = evidence.clients.size === 1;
    const asked = new Map<Execution['session'], Asked>();
    const began = new Map<Execution['session'], number>();
    /** Leases that had the connection, by what they wrote: of reads nobody knows whose they are. */
    const held = new Map<Execution['session'], CallRecord[]>();
    const findings: Finding[] = [];
    const kindOf = ({ server }: Execution): Group['kind'] => groupOf(evidence, server.name).kind;
    const writes: Execution[] = [];
    for (const execution of books.executions) {
      if (!began.has(execution.session)) began.set(execution.session, execution.sentAt);
      for (const id of ledger.idsIn(execution)) {
        const lease = leaseOf(id, ledger);
        if (lease !== undefined) held.set(execution.session, [...(held.get(execution.session) ?? []), lease]);
      }
      const before = asked.get(execution.session) ?? 'nothing';
      const isAsked = before !== 'nothing';
      asked.set(execution.session, askedAfter(before, execution));
      const isKnown = isAlone || execution.session.name !== '';
      // Behind one address reads are meant for the primary as well.
      const isMeant = isWrite(execution) || (kindOf(execution) === 'single' && execution.rule?.kind === 'readonly');
      if (!isAsked && isKnown && isMeant) writes.push(execution);
    }
    writes.sort((a, b) => a.sentAt - b.sentAt);
    for (const write of writes) {
      const known = readerOf(write, evidence, words, { readers, classes }).at(write.sentAt);
      const kind = kindOf(write);
      const followMs = kind === 'single' && evidence.ring !== null ? SAMPLED_FOLLOW_MS : FOLLOW_MS;
      if (known === null || runningMs(known.at, write.sentAt, stalls) <= followMs) continue;
      // It was a replica by its own word, and has become the primary: whoever was redirected to it knows of that slot only, and guesses the rest.
      if (kind === 'cluster' && known.teller === write.server.name && known.node === known.teller && write.isPrimary) continue;
      // A connection that was made since leads where the one address leads by now.
      if (kind === 'single' && (began.get(write.session) ?? 0) > known.at) continue;
      const calls = [...ledger.idsIn(write)].filter((id) => ledger.calls.has(id));
      if (held.get(write.session)?.some((lease) => isBound(lease, write, known, stalls))) continue;
      const text = `${shownExecution(write)}: since ${ms(known.at)} the client could have known that it is no primary, by ${shownWord(known)}`;
      findings.push({ at: write.sentAt, text, calls });
    }
    return findings;
  },
};

/** The lease got its connection when the client did not have to follow the word yet, and still has it. */
function isBound({ issuedAt, settledAt }: CallRecord, { sentAt }: Execution, { at }: RoleWord, stalls: readonly Span[]): boolean {
  return runningMs(at, issuedAt, stalls) <= FOLLOW_MS && (settledAt ?? sentAt) >= sentAt;
}

/** The lease, or the `watch`, that the call is a part of: it goes where the connection leads that its program has for itself, and is told. */
function leaseOf(id: number, { calls }: Ledger): CallRecord | undefined {
  const whole = calls.get(calls.get(id)?.traits.partOf ?? 0);
  return whole !== undefined && HOLDING.has(whole.words[0] ?? '') ? whole : undefined;
}

const HOLDING: ReadonlySet<string> = new Set(['LEASE', 'WATCHED']);

/** What of a session a node takes although it does not own the slot. */
type Asked = 'nothing' | 'the next command' | 'the transaction';

/** ASKING holds for the next command; of MULTI, until the transaction ends. https://github.com/redis/redis/blob/7.2/src/networking.c (`resetClient`) */
function askedAfter(before: Asked, { words: [name = ''], isRefused }: Execution): Asked {
  if (name === 'ASKING') return 'the next command';
  if (name === 'MULTI') return before === 'nothing' || isRefused ? 'nothing' : 'the transaction';
  return before === 'the transaction' && name !== 'EXEC' && name !== 'DISCARD' ? before : 'nothing';
}

/** A transaction is one by what it changed: a replica refuses what writes before EXEC. The scripts of programs write, but for those of EVAL_RO. */
function isWrite({ rule, words: [name = ''], effects }: Execution): boolean {
  return rule?.kind === 'write' || name === 'EVAL' || name === 'EVALSHA' || (name === 'EXEC' && effects.length > 0);
}

/** What is known of one node and slot, as far as words have been read. */
class Reader {
  #read = 0;

  constructor(
    private readonly knowledge: RoleKnowledge,
    private readonly words: readonly RoleWord[],
    /** Whose words; null: there is one client. */
    private readonly reader: string | null,
  ) {}

  /** What told by this time that the node is no primary. */
  at(time: number): RoleWord | null {
    const { knowledge, words } = this;
    for (let word = words[this.#read]; word !== undefined && word.at <= time; word = words[this.#read]) {
      if (this.reader === null || this.reader === word.reader) knowledge.take(word);
      this.#read++;
    }
    return knowledge.because;
  }
}

function readerOf(
  execution: Execution,
  evidence: Evidence,
  words: WordsOfNodes,
  { readers, classes }: { readonly readers: Map<string, Reader>; readonly classes: SlotClasses },
): Reader {
  const { nodes, clients } = evidence;
  const { server, session } = execution;
  const { kind } = groupOf(evidence, server.name);
  const [key] = keysOf(execution);
  const slot = kind === 'cluster' && key !== undefined ? slotOfKey(key) : null;
  const whose = clients.size === 1 ? null : session.name;
  // Each proxy may lead to another server: what is told by the way of one says nothing of the others.
  const way = evidence.proxies === 0 ? null : wayOf(session);
  const name = `${server.name} ${slot === null ? '' : classes.of(slot)} ${whose} ${way}`;
  const reader =
    readers.get(name) ??
    new Reader(new RoleKnowledge(kind, server.name, slot, (address) => nodes.has(address)), words.of(server.name, way), whose);
  readers.set(name, reader);
  return reader;
}

/** The words that may say something of a node. */
class WordsOfNodes {
  readonly #byNode = new Map<string, readonly RoleWord[]>();

  constructor(private readonly evidence: Evidence) {}

  /** `way`: only those that came by this one; null: all. */
  of(node: string, way: string | null): readonly RoleWord[] {
    const place = `${node} ${way}`;
    const known = this.#byNode.get(place) ?? this.#find(node, way);
    this.#byNode.set(place, known);
    return known;
  }

  #find(node: string, way: string | null): readonly RoleWord[] {
    const { kind, ring, books } = this.evidence;
    if (way !== null) return books.roleWords.filter((word) => word.way === way);
    // That another node of a cluster is a replica says nothing of this one.
    if (kind === 'cluster') return books.roleWords.filter((word) => word.isPrimary || word.node === node);
    if (ring === null) return books.roleWords;
    return books.roleWords.filter((word) => memberAt(word.node) === memberAt(node));
  }
}

/** Slots that all words have, or have not, together: what is known of one is known of the others. */
class SlotClasses {
  /** By a number that most of them have alone. */
  readonly #sets = new Map<number, RoleWord['slots'][]>();
  readonly #known = new Map<number, string>();

  constructor(words: readonly RoleWord[]) {
    for (const { slots } of words) {
      if (slots === null) continue;
      let hash = slots.length;
      for (const [first, last] of slots) hash = (Math.imul(hash, 31) + first * 16_384 + last) | 0;
      const alike = this.#sets.get(hash);
      if (alike === undefined) this.#sets.set(hash, [slots]);
      else if (!alike.some((other) => isSame(other, slots))) alike.push(slots);
    }
  }

  of(slot: number): string {
    let known = this.#known.get(slot);
    if (known === undefined) {
      known = [...this.#sets.values()].flatMap((alike) => alike.map((slots) => (has(slots, slot) ? '1' : '0'))).join('');
      this.#known.set(slot, known);
    }
    return known;
  }
}

function isSame(a: RoleWord['slots'], b: RoleWord['slots']): boolean {
  return a === b || (a?.length === b?.length && a?.every(([first, last], at) => first === b?.[at]?.[0] && last === b[at]?.[1]) === true);
}

function has(slots: RoleWord['slots'], slot: number): boolean {
  return slots?.some(([first, last]) => slot >= first && slot <= last) === true;
}

/** How long the client's process ran between two moments, in ms. */
export function runningMs(from: number, until: number, stalls: readonly Span[]): number {
  let running = until - from;
  let counted = from;
  for (const stall of stalls) {
    const begin = Math.max(stall.from, counted);
    const end = Math.min(stall.until, until);
    if (end <= begin) continue;
    running -= end - begin;
    counted = end;
  }
  return running;
}

function shownWord({ teller, node, isPrimary, epoch, at }: RoleWord): string {
  const what = `${node} is ${isPrimary ? 'the primary' : 'a replica'}`;
  return `${teller}, which said that ${what}${epoch === null ? '' : ` (epoch ${epoch})`}, read at ${ms(at)}`;
}
