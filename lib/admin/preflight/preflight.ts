import { addressKey } from '../../options/address.js';
import { moveProblems, movesUnderWay, stateOnly } from '../check/moves-under-way.js';
import type { NodeClient } from '../node-connections.js';
import type { LookOptions } from '../plans/moves.js';
import type { Plan } from '../plans/steps.js';
import { connectFailure } from '../state/bus-port.js';
import type { AdminNode, ClusterState } from '../state/cluster-state.js';
import { atomicFindings, atomicPairs, isAtomicMove, isAtomicStep } from './atomic-moves.js';
import { BIG_BYTES, type BigSlots, bigKeyFindings, bigSlotsLast, withoutSlots } from './big-keys.js';
import { type Finding, note, refusal, withFindings } from './finding.js';
import { followFindings, JOIN_RULES, type PortLook, portFindings, promotionFindings } from './join-rules.js';
import { emptiedFindings, MOVE_RULES, type MoveFacts } from './move-rules.js';
import { readRdbVersion } from './rdb-version.js';
import { checkRights, needsOfPlan } from './rights.js';
import { mayHoldKeyOf } from './server-facts.js';
import { type KeyReader, readContent, type SlotContent } from './slot-content.js';
import { type KeyMove, type Subjects, subjectsOf } from './subjects.js';

/** Keys of one move whose size is asked for, some 4 µs each of the server's time: what is more is sampled. */
const MAX_KEYS = 250_000;
/** As many tell how large keys are on average, where none can be a large one. */
const SOME_KEYS = 2_000;

/**
 * Looks at the servers before a plan is shown, so that it does not end half done: the plan with notes, and with slots of large keys last.
 * Rejects with an `AdminError` that names everything that is in the way. `others`: servers that are no members yet.
 */
export async function preflight(
  connections: NodeClient & KeyReader,
  plan: Plan,
  cluster: ClusterState,
  { skipLarger, stop }: LookOptions = {},
): Promise<Plan> {
  const wanted = skipLarger === undefined ? plan : await withoutLarger(connections, plan, cluster, { skipLarger, stop });
  return wanted.steps.length === 0 ? wanted : await lookedAt(connections, wanted, cluster, stop);
}

/** The plan without slots that have a key of more bytes. */
async function withoutLarger(
  connections: NodeClient & KeyReader,
  plan: Plan,
  { nodes }: ClusterState,
  { skipLarger, stop }: { readonly skipLarger: number; readonly stop: AbortSignal | undefined },
): Promise<Plan> {
  const contents = await readContents(connections, subjectsOf(plan, nodes), skipLarger + 1, stop);
  return withoutSlots(plan, slotsWithBigKeys(contents), skipLarger);
}

async function lookedAt(
  connections: NodeClient & KeyReader,
  plan: Plan,
  cluster: ClusterState,
  stop: AbortSignal | undefined,
): Promise<Plan> {
  const subjects = subjectsOf(plan, cluster.nodes);
  const [contents, atomic, rdbVersions, ports] = await Promise.all([
    readContents(connections, subjects, BIG_BYTES, stop),
    atomicPairs(connections, subjects.moves),
    readRdbVersions(connections, subjects),
    lookAtPorts(subjects, stop),
  ]);
  const contentOf = (from: string, to: string): SlotContent[] =>
    contents.flatMap(({ move, content }) => (move.from.id === from && move.to.id === to ? [content] : []));
  const rights = await checkRights(
    connections,
    needsOfPlan(plan, {
      keysOf: (from, to) => contentOf(from, to).flatMap(({ samples }) => samples),
      isAtomic: (step) => isAtomicStep(step, atomic),
    }),
  );

  const ordered = bigSlotsLast(plan, slotsWithBigKeys(contents), (step) => !isAtomicStep(step, atomic));
  const incoming = (to: AdminNode): number =>
    contents.reduce((sum, { move, content }) => sum + (move.to.id === to.id ? estimatedBytes(content) : 0), 0);
  return withFindings(ordered, [
    ...rights,
    ...contents.flatMap(({ move, content }): Finding[] => [
      ...moveFindings(move, { cluster, content, rdbVersions, incomingBytes: incoming(move.to) }, plan),
      ...(isAtomicMove(move, atomic) ? atomicFindings : bigKeyFindings)(move, content.bigKeys),
      ...sampleNote(move, content),
    ]),
    ...emptiedFindings(subjects.moves, cluster),
    ...subjects.meetings.flatMap((meeting) => Object.values(JOIN_RULES).flatMap((rule) => rule(meeting, rdbVersions))),
    ...portFindings(ports),
    ...subjects.followings.flatMap((following) => followFindings(following, rdbVersions)),
    ...subjects.promotions.flatMap(promotionFindings),
    ...moveProblems(movesUnderWay([stateOnly(cluster)]), cluster).map(({ text }) => note(text)),
  ]);
}

/** What mends other slots as well is not refused for some that cannot move. */
function moveFindings(move: KeyMove, facts: MoveFacts, { steps, request }: Plan): Finding[] {
  // A plan of moves tells what it was made for before the look: it too ends open states.
  const isMending = request === undefined && steps.some(({ do: kind }) => kind === 'assign' || kind === 'close');
  return Object.values(MOVE_RULES)
    .flatMap((rule) => rule(move, facts))
    .map((finding) => {
      if (!finding.refuses) return finding;
      if (isMending) return note(`a part will fail: ${finding.text}`);
      return move.isOpen ? refusal(`${finding.text}, or take the open slots back with: slotwise cluster fix --back`) : finding;
    });
}

type MoveContent = { readonly move: KeyMove; readonly content: SlotContent };

function slotsWithBigKeys(contents: readonly MoveContent[]): BigSlots {
  const slots = new Map<string, Set<number>>();
  for (const { move, content } of contents) {
    const own = slots.get(move.from.id) ?? new Set();
    for (const { slot } of content.bigKeys) own.add(slot);
    slots.set(move.from.id, own);
  }
  return slots;
}

function readContents(
  connections: KeyReader,
  { moves }: Subjects,
  bigBytes: number,
  stop: AbortSignal | undefined,
): Promise<MoveContent[]> {
  const readOne = async (move: KeyMove): Promise<MoveContent> => ({
    move,
    content: await readContent(connections, move, { bigBytes, maxKeys: mayHoldKeyOf(move.from, bigBytes) ? MAX_KEYS : SOME_KEYS, stop }),
  });
  return Promise.all(moves.map(readOne));
}

function keysIn({ keys }: SlotContent): number {
  return [...keys.values()].reduce((sum, number) => sum + number, 0);
}

/** The bytes of all keys, after those that were measured. */
function estimatedBytes(content: SlotContent): number {
  const { measured } = content;
  return measured.keys === 0 ? 0 : (measured.bytes / measured.keys) * keysIn(content);
}

function sampleNote({ from }: KeyMove, content: SlotContent): Finding[] {
  const keys = keysIn(content);
  if (content.measured.keys >= keys * 0.99 || !mayHoldKeyOf(from, BIG_BYTES)) return [];
  const [seen, all] = [content.measured.keys, keys].map((number) => number.toLocaleString('en-US'));
  return [note(`the sizes of ${seen} of ${all} keys of ${from.name} are known: there may be large keys among the others`)];
}

async function readRdbVersions(connections: NodeClient, { moves, meetings, followings }: Subjects): Promise<Map<string, number>> {
  const nodes = new Set([
    ...moves.flatMap(({ from, to }) => [from, to]),
    ...meetings.flatMap(({ introducer, newcomer }) => [introducer, newcomer]),
    ...followings.flatMap(({ node, primary }) => [node, primary]),
  ]);
  const versions = await Promise.all([...nodes].map(async (node) => [node.id, await readRdbVersion(connections, node)] as const));
  return new Map(versions.flatMap(([id, version]) => (version === null ? [] : [[id, version] as const])));
}

/** Newcomers, and who introduces them: whether a bus port can be reached from here at all is seen by those that are members. */
async function lookAtPorts({ meetings }: Subjects, stop: AbortSignal | undefined): Promise<PortLook[]> {
  const nodes = [...new Set(meetings.flatMap(({ introducer, newcomer }) => [introducer, newcomer]))].filter(({ peer }) => peer.host !== '');
  return await Promise.all(
    nodes.map(async (node): Promise<PortLook> => {
      const { host, port, busPort } = node.peer;
      const isHere = node.aliases.slice(0, 1).includes(addressKey({ host, port }));
      const [data, bus] = await Promise.all([
        isHere ? null : connectFailure({ host, port }, undefined, stop),
        connectFailure({ host, port: busPort }, undefined, stop),
      ]);
      return { node, data, bus };
    }),
  );
}
