import { type Address, addressKey } from '../../options/address.js';
import type { Raw } from '../../protocol/command-spec.js';
import { LIMITS } from '../../topology/limits.js';
import type { NodeRules } from '../../topology/node-rules.js';
import { listOf, textOf } from '../../topology/replies.js';
import { thrownText } from '../../util/user-function.js';
import { AdminError } from '../admin-error.js';
import { type NodeFacts, readFacts } from '../health/node-facts.js';
import { replicationOf } from '../health/replication-facts.js';
import { askServerKind } from '../health/server-kind.js';
import { refuseOtherKind } from '../health/wrong-kind.js';
import type { NodeClient } from '../node-connections.js';
import { buildTree, type ReplicationTree, type ServerAnswer } from './tree.js';

/**
 * Asks the seeds, then the servers that they follow and those that follow them, and so on until there is none that was not asked. Rejects if
 * no seed can be asked, or one is no data server on its own.
 */
export async function readTree(connections: NodeClient, seeds: readonly Address[], rules: NodeRules): Promise<ReplicationTree> {
  const answers = new Map<string, ServerAnswer | null>();
  const failures: unknown[] = [];
  const visit = async (address: Address): Promise<void> => {
    const key = addressKey(address);
    if (answers.has(key) || answers.size >= LIMITS.replicas + seeds.length) return;
    answers.set(key, null);
    const answer = await ask(connections, address, failures);
    answers.set(key, answer);
    if (answer.facts === null) return;
    const { primary, replicas } = replicationOf(answer.facts);
    const neighbours = [...(primary === null ? [] : [primary]), ...replicas.map((replica) => replica.address)];
    await Promise.all(neighbours.flatMap((announced) => rules.address(announced) ?? []).map(visit));
  };
  await Promise.all(seeds.map(visit));
  const found = [...answers.values()].filter((answer) => answer !== null);
  if (found.every(({ facts }) => facts === null)) {
    const reasons = found.map(({ address, problem }) => reasonOf(addressKey(address), problem ?? 'it did not answer'));
    throw new AdminError(`no server could be asked: ${reasons.join('; ')}`, { reason: 'unreachable', cause: failures[0] });
  }
  for (const { address, facts } of found) await refuseOthers(connections, address, facts);
  return buildTree(found, (announced) => rules.address(announced) ?? announced);
}

/** What came of asking a server, with its name once. */
function reasonOf(name: string, problem: string): string {
  return problem.includes(name) ? problem : `${name}: ${problem}`;
}

async function ask(connections: NodeClient, address: Address, failures: unknown[]): Promise<ServerAnswer> {
  try {
    const facts = await readFacts(connections, address);
    if (facts.info.size > 0) return { address, facts, problem: null };
    const role = await connections.send(address, ['ROLE']).catch(() => null);
    return { address, facts: { ...facts, info: infoOfRole(role) }, problem: null };
  } catch (error) {
    failures.push(error);
    return { address, facts: null, problem: thrownText(error) };
  }
}

/** What ROLE tells, as fields of INFO: for users whose rights forbid INFO. https://redis.io/docs/latest/commands/role/ */
export function infoOfRole(role: Raw): ReadonlyMap<string, string> {
  const [word, second, third, state, offset] = listOf(role);
  const fields: [name: string, value: Raw | undefined][] =
    word === 'slave'
      ? [
          ['role', word],
          ['master_host', second],
          ['master_port', third],
          ['master_link_status', state === 'connected' ? 'up' : 'down'],
          ['master_sync_in_progress', state === 'sync' ? 1 : 0],
          ['slave_repl_offset', offset],
        ]
      : [
          ['role', word],
          ['master_repl_offset', second],
          ...listOf(third).map((replica, index): [string, string] => {
            const [ip, port, confirmed] = listOf(replica).map(textOf);
            return [`slave${index}`, `ip=${ip},port=${port},state=online,offset=${confirmed}`];
          }),
        ];
  return new Map(fields.flatMap(([name, value]) => (textOf(value ?? null) === null ? [] : [[name, textOf(value ?? null) ?? '']])));
}

/** A node of a cluster and a sentinel have INFO, too, and would be taken for servers on their own. */
async function refuseOthers(connections: NodeClient, address: Address, facts: NodeFacts | null): Promise<void> {
  if (facts === null || (facts.info.get('redis_mode') ?? facts.info.get('server_mode')) === 'standalone') return;
  refuseOtherKind(await askServerKind(connections, address), 'replication');
}
