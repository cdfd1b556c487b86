import { show } from '../../errors.js';
import type { Explained, ExplainedCommand } from '../explain/explain.js';
import { count } from '../slot-list.js';
import { line } from './render.js';

/** What the shards of a topology are called that has several. */
const NOUNS: Readonly<Record<string, string>> = { cluster: 'shard', ring: 'member' };

/** An explanation for people: where it goes, why, and what each step of the choice left. */
export function explainText({ topology, reads, explained }: Explained): string {
  const noun = NOUNS[topology.kind];
  const shards = noun === undefined ? '' : `${count(topology.shards.length, noun)}, `;
  return [`${topology.kind}: ${shards}${count(topology.nodes.size, 'node')}`, ...linesOf(explained, reads)].map(line).join('');
}

function linesOf(one: ExplainedCommand, reads: boolean): string[] {
  const { command, parts, notes } = one;
  if (parts.length > 0) {
    const inner = parts.flatMap((part) => linesOf(part, reads).map((text) => `  ${text}`));
    return [`${command} is split in ${parts.length}`, ...notes.map((note) => `  note  ${note}`), ...inner];
  }
  const rows = rowsOf(one, reads);
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    `${command} -> ${one.node ?? (isForSeveral(one) ? count(one.candidates.length, 'node') : 'nobody')}${one.role === null ? '' : ` (${one.role})`}`,
    ...rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`),
  ];
}

/** A command such as PING goes to every shard, and has no shard of its own. */
function isForSeveral({ node, shard, candidates }: ExplainedCommand): boolean {
  return node === null && shard === null && candidates.length > 1;
}

function rowsOf(one: ExplainedCommand, reads: boolean): [name: string, text: string][] {
  const { domain, domainReason, slot, member, shard, owner, mode, fallback, candidates, steps, notes } = one;
  const rows: [string, string][] = [];
  if (reads) rows.push(['kind', 'it only reads']);
  else if (shard !== null) rows.push(['kind', 'it does not only read, so it goes to the primary']);
  if (domain !== null) rows.push(['domain', domainReason === null ? domain : `${domain}: ${domainReason}`]);
  const primary = `whose primary is ${owner ?? 'not known'}`;
  if (member !== undefined) rows.push(...memberRows(member, primary));
  else {
    if (slot !== null) rows.push(['slot', String(slot)]);
    if (shard !== null) rows.push(['shard', `${shard}, ${primary}`]);
  }
  if (reads) rows.push(['reads', `${mode}${fallback ? ', by a fallback' : ''}`]);
  if (candidates.length > 1) rows.push([isForSeveral(one) ? 'nodes' : 'one of', candidates.join(' ')]);
  for (const { step, reducer, left, removed } of steps) {
    const gone = removed.map(({ node, why: because }) => `${node}: ${because}`).join('; ');
    rows.push([step, `${reducer}: ${left.join(' ') || 'nobody'}${gone === '' ? '' : ` (not ${gone})`}`]);
  }
  for (const note of notes) rows.push(['note', note]);
  return rows;
}

function memberRows({ name, hashed, hash, why }: NonNullable<ExplainedCommand['member']>, primary: string): [name: string, text: string][] {
  return [
    ['member', `${name}, ${primary}`],
    ...(hashed === null ? [] : [['hashed', show(hashed)] as [string, string]]),
    ...(hash === null ? [] : [['hash', hash] as [string, string]]),
    ['why', why],
  ];
}

/** The same for programs. */
export function explainJson({ topology, keys, reads, explained }: Explained): Record<string, unknown> {
  const { kind, shards, nodes } = topology;
  return { topology: { kind, shards: shards.length, nodes: nodes.size }, keys, reads, ...explained };
}
