import { ReplyError } from '../../errors.js';
import type { Arg } from '../../protocol/command-spec.js';
import { textOf } from '../../topology/replies.js';
import type { NodeClient } from '../node-connections.js';
import type { NodeRef, Plan, PlanStep } from '../plans/steps.js';
import { type Finding, note, refusal } from './finding.js';

/** A command that a plan sends to a node, with arguments that fit. */
export interface Need {
  readonly node: Pick<NodeRef, 'id' | 'name' | 'address'>;
  readonly words: readonly Arg[];
  /** What it is needed for, as errors say it. */
  readonly purpose: string;
}

/** A key that is made up: of it only the command counts. */
export const ANY_KEY = 'key';

/**
 * The commands of a step. MIGRATE logs in at its target with what we log in with, so that rights there are ours as well, and sends SELECT and
 * RESTORE-ASKING: https://redis.io/docs/latest/commands/migrate/, migrateCommand() in Redis' src/cluster.c. Commands whose refusal a step
 * takes for an answer are left out, and those that have been sent to read the state.
 */
function needsOf(step: PlanStep, keys: readonly Buffer[]): Need[] {
  const cluster = (node: NodeRef, purpose: string, ...words: readonly Arg[]): Need => ({ node, purpose, words: ['CLUSTER', ...words] });
  switch (step.do) {
    case 'setEpoch':
      return [cluster(step.node, 'to set its config epoch', 'SET-CONFIG-EPOCH', step.epoch)];
    case 'addSlots':
      return [cluster(step.node, 'to give it slots', 'ADDSLOTSRANGE', 0, 1)];
    case 'copyFunctions':
      return [
        { node: step.from, purpose: 'to copy its functions', words: ['FUNCTION', 'DUMP'] },
        { node: step.to, purpose: 'to give it functions', words: ['FUNCTION', 'RESTORE', 'payload', 'REPLACE'] },
      ];
    case 'meet':
      return [cluster(step.node, 'to introduce nodes to it', 'MEET', '127.0.0.1', 1)];
    case 'replicate':
      return [cluster(step.node, 'to make it a replica', 'REPLICATE', step.primary.id)];
    case 'close':
      return [cluster(step.node, 'to close slots', 'SETSLOT', 0, 'STABLE')];
    case 'assign':
      return [
        cluster(step.node, 'to make it the owner of slots', 'SETSLOT', 0, 'NODE', step.node.id),
        cluster(step.node, 'to make its claim the newest', 'BUMPEPOCH'),
      ];
    case 'forget':
      return [cluster(step.node, 'to have it forget a node', 'FORGET', step.gone.id)];
    case 'reset':
      return [cluster(step.node, 'to reset it', 'RESET', 'HARD')];
    case 'failover':
      return [
        cluster(step.node, 'to promote it', 'FAILOVER'),
        { node: step.node, purpose: 'to see that it was promoted', words: ['ROLE'] },
      ];
    case 'join':
    case 'settle':
      return [];
    case 'takeBack':
      return [
        ...moveNeeds(step.from, step.to, keys),
        cluster(step.to, 'to give slots up for a moment', 'DELSLOTS', 0),
        ...keys.map((key) => ({ node: step.to, purpose: 'to see which keys it has', words: ['EXISTS', key] })),
        ...keys.map((key) => ({ node: step.from, purpose: 'to delete older copies of keys', words: ['DEL', key] })),
      ];
    default:
      return moveNeeds(step.from, step.to, keys);
  }
}

function moveNeeds(from: NodeRef, to: NodeRef, keys: readonly Buffer[]): Need[] {
  const some = keys.length === 0 ? [ANY_KEY] : keys;
  const { host, port } = to.peer;
  return [
    { node: from, purpose: 'to send slots', words: ['CLUSTER', 'SETSLOT', 0, 'MIGRATING', to.id] },
    { node: from, purpose: 'to find the keys of slots', words: ['CLUSTER', 'GETKEYSINSLOT', 0, 1] },
    ...some.map((key) => ({
      node: from,
      purpose: 'to send keys',
      words: ['MIGRATE', host === '' ? '127.0.0.1' : host, port, key, 0, 1_000],
    })),
    { node: to, purpose: 'to receive slots', words: ['CLUSTER', 'SETSLOT', 0, 'IMPORTING', from.id] },
    { node: to, purpose: 'to receive keys: MIGRATE selects their database', words: ['SELECT', 0] },
    ...some.map((key) => ({ node: to, purpose: 'to receive keys: MIGRATE sends it', words: ['RESTORE-ASKING', key, 0, 'payload'] })),
  ];
}

/** What a plan needs rights for depends on how its keys move. */
export interface KeyFacts {
  /** Some keys of a move, by the ids of its nodes. */
  keysOf(from: string, to: string): readonly Buffer[];
  /** Servers move the slots by themselves. */
  isAtomic(step: PlanStep): boolean;
}

/** All commands of a plan, each once. */
export function needsOfPlan({ steps }: Plan, { keysOf, isAtomic }: KeyFacts): Need[] {
  const needs = new Map<string, Need>();
  for (const step of steps) {
    if (isAtomic(step)) continue;
    const keys = 'from' in step && 'slots' in step ? keysOf(step.from.id, step.to.id) : [];
    for (const need of needsOf(step, keys)) needs.set(`${need.node.id} ${need.words.join(' ')}`, need);
  }
  return [...needs.values()];
}

/** The answer to one question about rights: null: it is allowed; else why not. */
interface Answer {
  readonly need: Need;
  readonly user: string;
  readonly refused: string | null;
}

/**
 * Asks the nodes by ACL DRYRUN whether our user may send these commands. Nothing is done by it.
 * https://redis.io/docs/latest/commands/acl-dryrun/
 */
export async function checkRights(connections: NodeClient, needs: readonly Need[]): Promise<Finding[]> {
  const byNode = new Map<string, Need[]>();
  for (const need of needs) byNode.set(need.node.id, [...(byNode.get(need.node.id) ?? []), need]);
  const answers = await Promise.all([...byNode.values()].map((own) => askNode(connections, own)));
  return rightsFindings(
    answers.flatMap((answer) => answer.answers),
    answers.flatMap(({ silent }) => silent),
  );
}

/** Whether our user may send a command. True where that may not be asked: the server will say it. */
export async function mayUse(connections: NodeClient, need: Need): Promise<boolean> {
  const { answers } = await askNode(connections, [need]);
  return answers.every(({ refused }) => refused === null);
}

async function askNode(
  connections: NodeClient,
  needs: readonly Need[],
): Promise<{ readonly answers: readonly Answer[]; readonly silent: readonly Need['node'][] }> {
  const node = needs[0]?.node;
  const address = node?.address ?? null;
  if (node === undefined || address === null) return { answers: [], silent: [] };
  try {
    const user = textOf(await connections.send(address, ['ACL', 'WHOAMI'])) ?? 'default';
    const asked = needs.map(async (need): Promise<Answer> => {
      const reply = textOf(await connections.send(address, ['ACL', 'DRYRUN', user, ...need.words])) ?? 'OK';
      return { need, user, refused: refusalIn(reply, need) };
    });
    return { answers: await Promise.all(asked.map((answer) => answer.catch(unknownCommand))).then((all) => all.flat()), silent: [] };
  } catch (error) {
    // A server without ACL DRYRUN, or a user without the right to it.
    if (error instanceof ReplyError) return { answers: [], silent: [node] };
    throw error;
  }
}

/** An error reply to the question itself: the command is not there, which the step will find out. */
function unknownCommand(error: unknown): Answer[] {
  if (error instanceof ReplyError && !/^NOPERM|unknown (sub)?command/i.test(error.message)) return [];
  throw error;
}

/** Of a key that we made up only the command counts. */
function refusalIn(reply: string, { words }: Need): string | null {
  if (reply === 'OK') return null;
  return words.includes(ANY_KEY) && !/permissions to run/.test(reply) ? null : reply;
}

/** One refusal a node and user, with the rights that are missing. */
export function rightsFindings(answers: readonly Answer[], silent: readonly Need['node'][]): Finding[] {
  const groups = new Map<
    string,
    { readonly node: Need['node']; readonly user: string; readonly texts: Set<string>; readonly words: Set<string> }
  >();
  for (const { need, user, refused } of answers) {
    if (refused === null) continue;
    const key = `${need.node.id} ${user}`;
    const group = groups.get(key) ?? { node: need.node, user, texts: new Set(), words: new Set() };
    groups.set(key, group);
    const isKey = !/permissions to run/.test(refused);
    group.texts.add(isKey ? `${commandOf(need)} with all keys (${need.purpose}; ${refused})` : `${commandOf(need)} (${need.purpose})`);
    group.words.add(isKey ? '~*' : `+${commandOf(need).toLowerCase().replace(' ', '|')}`);
  }
  const missing = [...groups.values()].map(({ node, user, texts, words }) => {
    return refusal(
      `user ${user} may not send ${node.name} ${[...texts].join(', ')}: allow it there with ACL SETUSER ${user} ${[...words].join(' ')}`,
    );
  });
  const names = [...new Set(silent.map(({ name }) => name))];
  if (names.length === 0 || missing.length > 0) return missing;
  return [
    note(
      `whether the rights at ${names.slice(0, 4).join(', ')}${names.length > 4 ? ' …' : ''} suffice is not known: ACL DRYRUN is not allowed`,
    ),
  ];
}

/** Commands whose first argument is a command of its own for rights. */
const CONTAINERS: ReadonlySet<unknown> = new Set(['CLUSTER', 'CONFIG', 'FUNCTION', 'SENTINEL']);

/** `MIGRATE`, `CLUSTER SETSLOT`. */
function commandOf({ words: [first = '', second = ''] }: Need): string {
  return CONTAINERS.has(first) ? `${first} ${second}` : String(first);
}
