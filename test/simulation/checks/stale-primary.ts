import { slotOfKey } from '../../../lib/routing/keys/slots.js';
import type { Execution, RoleWord } from '../books.js';
import type { Check, Evidence, Finding, Span } from './check.js';
import { idsOf, type Ledger } from './ledger.js';
import { RoleKnowledge } from './role-knowledge.js';
import { ms, shownExecution } from './words.js';

/** How long a client may need to follow a word, in ms. */
const FOLLOW_MS = 50;

/** No write leaves for a node more than 50 ms after the client could have known that it is no primary. */
export const stalePrimary: Check = {
  name: 'no write to a node that is no primary',
  rule: 'roles',
  find(evidence: Evidence, ledger: Ledger): Finding[] {
    const { books, stalls } = evidence;
    const readers = new Map<string, Reader>();
    const isAlone = evidence.clients.size === 1;
    const asking = new Map<Execution['session'], string>();
    const findings: Finding[] = [];
    const writes: Execution[] = [];
    for (const execution of books.executions) {
      // After ASKING a node takes what it does not own.
      const isAsked = asking.get(execution.session) === 'ASKING';
      asking.set(execution.session, execution.words[0] ?? '');
      const isKnown = isAlone || execution.session.name !== '';
      if (!isAsked && isKnown && execution.rule?.kind === 'write') writes.push(execution);
    }
    writes.sort((a, b) => a.sentAt - b.sentAt);
    for (const write of writes) {
      const known = readerOf(write, evidence, readers).at(write.sentAt);
      if (known === null || runningMs(known.at, write.sentAt, stalls) <= FOLLOW_MS) continue;
      const calls = [...idsOf(write.words)].filter((id) => ledger.calls.has(id));
      const text = `${shownExecution(write)}: since ${ms(known.at)} the client could have known that it is no primary, by ${shownWord(known)}`;
      findings.push({ at: write.sentAt, text, calls });
    }
    return findings;
  },
};

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
  { server, session, rule, words }: Execution,
  { kind, books, nodes, clients }: Evidence,
  readers: Map<string, Reader>,
): Reader {
  const [key] = rule?.keys?.(words) ?? [];
  const slot = kind === 'cluster' && key !== undefined ? slotOfKey(key) : null;
  const whose = clients.size === 1 ? null : session.name;
  const name = `${server.name} ${slot} ${whose}`;
  const reader =
    readers.get(name) ?? new Reader(new RoleKnowledge(kind, server.name, slot, (address) => nodes.has(address)), books.roleWords, whose);
  readers.set(name, reader);
  return reader;
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
