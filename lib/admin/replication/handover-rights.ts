import { AuthError, ReplyError } from '../../errors.js';
import type { Credentials } from '../../options/access.js';
import type { Arg } from '../../protocol/command-spec.js';
import { listOf, textOf } from '../../topology/replies.js';
import { AdminError } from '../admin-error.js';
import type { NodeClient } from '../node-connections.js';
import { checkRights, type Need } from '../preflight/rights.js';
import type { HandoverPlan, HandoverStep, ServerRef } from './plan-handover.js';

/** How the servers of a handover are asked, by us and as one of them would. */
export interface HandoverReach {
  readonly connections: NodeClient;
  /** Connections with another login, null: with none, for as long as `use` takes. */
  as<T>(login: Credentials | null, use: (connections: NodeClient) => Promise<T>): Promise<T>;
}

/** The commands of a handover. What is refused after its first step leaves it half done: writes held, or replicas of the old primary. */
export function needsOfHandover({ steps }: HandoverPlan): Need[] {
  return steps.flatMap((step): Need[] => {
    switch (step.do) {
      case 'handover': {
        const { host, port } = step.announced;
        return [
          { node: step.from, purpose: 'to hand over', words: ['FAILOVER', 'TO', host, port, 'TIMEOUT', step.timeoutMs] },
          { node: step.from, purpose: 'to see how far it is', words: ['INFO', 'replication'] },
          { node: step.to, purpose: 'to see that it took over', words: ['ROLE'] },
        ];
      }
      case 'follow':
        return [
          { node: step.node, purpose: 'to make it a replica', words: ['REPLICAOF', step.announced.host, step.announced.port] },
          { node: step.node, purpose: 'to see whom it follows', words: ['INFO', 'replication'] },
        ];
      case 'rewrite':
        return [{ node: step.node, purpose: 'to write its role into its configuration file', words: ['CONFIG', 'REWRITE'] }];
      default:
        return step satisfies never;
    }
  });
}

/**
 * Throws where our user may not carry the plan out, or where a server could not log in at the new primary: the old one would hold writes until
 * it can. Resolves with notes.
 */
export async function checkHandoverRights(reach: HandoverReach, plan: HandoverPlan): Promise<string[]> {
  const to = plan.steps.find((step): step is Extract<HandoverStep, { do: 'handover' }> => step.do === 'handover')?.to;
  if (to === undefined) return [];
  const followers = plan.steps.flatMap((step) => (step.do === 'handover' ? [step.from] : step.do === 'follow' ? [step.node] : []));
  const [findings, ...logins] = await Promise.all([
    checkRights(reach.connections, needsOfHandover(plan)),
    ...followers.map((follower) => loginProblem(reach, follower, to)),
  ]);
  const refusals = [...findings.filter(({ refuses }) => refuses).map(({ text }) => text), ...logins.filter((text) => text !== null)];
  if (refusals.length > 0) throw new AdminError(`${refusals.join('; ')}. Nothing was done`);
  return findings.map(({ text }) => text);
}

/** Why a server could not log in at its next primary; null: it can, or that cannot be told. */
async function loginProblem(reach: HandoverReach, follower: ServerRef, to: ServerRef): Promise<string | null> {
  const setting = async (...names: readonly string[]): Promise<string | null> => {
    for (const name of names) {
      const [, value] = listOf(await answer(reach.connections, follower, ['CONFIG', 'GET', name]));
      const text = textOf(value ?? null);
      if (text !== null) return text;
    }
    return null;
  };
  // Valkey knows both names.
  const [password, user] = await Promise.all([setting('masterauth', 'primaryauth'), setting('masteruser', 'primaryuser')]);
  if (password === null) return null;
  const login = password === '' ? null : { password, ...(user === null || user === '' ? {} : { username: user }) };
  try {
    await reach.as(login, (connections) => connections.send(to.address, ['PING']));
  } catch (error) {
    const isRefused = error instanceof AuthError || (error instanceof ReplyError && error.code === 'NOAUTH');
    if (isRefused) {
      const what = login === null ? 'has no masterauth' : 'has a masterauth (or masteruser) that is refused there';
      return `${follower.name} could not log in at ${to.name}, and so not follow it: it ${what}; CONFIG SET masterauth at ${follower.name}, then CONFIG REWRITE`;
    }
  }
  const name = login === null || user === null || user === '' ? 'default' : user;
  const verdicts = await Promise.all(
    [
      ['PSYNC', '?', '-1'],
      ['REPLCONF', 'ACK', '0'],
    ].map((words) => answer(reach.connections, to, ['ACL', 'DRYRUN', name, ...words])),
  );
  const isForbidden = verdicts.some((verdict) => /no permissions to run/.test(textOf(verdict) ?? ''));
  return isForbidden
    ? `user ${name}, as which ${follower.name} logs in at ${to.name}, may not replicate there: ACL SETUSER ${name} +psync +replconf +ping`
    : null;
}

/** Null in place of a refusal. */
async function answer(connections: NodeClient, { address }: ServerRef, words: readonly Arg[]): ReturnType<NodeClient['send']> {
  return await connections.send(address, words).catch((error: unknown) => {
    if (error instanceof ReplyError) return null;
    throw error;
  });
}
