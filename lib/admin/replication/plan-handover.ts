import { mask } from '../../options/secrets.js';
import { AdminError } from '../admin-error.js';
import { bytesText, durationText } from '../health/amounts.js';
import { NO_FAILOVER } from '../health/replication-facts.js';
import { lostDatabases, minReplicas, refusedCommands } from '../health/replication-rules.js';
import { isSince, productOf, versionOf } from '../health/server-version.js';
import { count } from '../slot-list.js';
import { directReplicas, primariesIn, type ReplicationTree, serverAt, type TreeServer } from './tree.js';

/** A server in a step, with what is needed to reach it and to name it. */
export type ServerRef = Pick<TreeServer, 'id' | 'name' | 'address'>;

/** One step of a handover. Each may be repeated without harm. */
export type HandoverStep =
  /** The primary stops writes until the replica has all of them, and takes its place. `announced`: the replica as the primary lists it. */
  | {
      readonly do: 'handover';
      readonly from: ServerRef;
      readonly to: ServerRef;
      readonly announced: { readonly host: string; readonly port: number };
      readonly timeoutMs: number;
      readonly force: boolean;
    }
  /** A replica of the old primary follows the new one. `announced`: the new primary as the servers reach it. */
  | {
      readonly do: 'follow';
      readonly node: ServerRef;
      readonly primary: ServerRef;
      readonly announced: { readonly host: string; readonly port: number };
    }
  /** Writes the new role into the configuration file, so that a restart does not bring back the old one. */
  | { readonly do: 'rewrite'; readonly node: ServerRef };

export interface HandoverOptions {
  /** How long the writes may be held until the replica has all of them, in ms; after it the old primary goes on. Default 5,000. */
  readonly timeoutMs?: number;
  /** Hands over after `timeoutMs` even if the replica lacks writes, which are lost. Default false. */
  readonly force?: boolean;
  /** Has the servers write their new roles into their configuration files (CONFIG REWRITE). Default true. */
  readonly rewrite?: boolean;
}

/** A handover from the primary to one of its replicas. */
export interface HandoverPlan {
  readonly title: string;
  readonly steps: readonly HandoverStep[];
  /** Consequences that the operator should know. */
  readonly notes: readonly string[];
  /** What was asked for, with the name of the replica: enough to plan again. */
  readonly request: { readonly replica: string } & Required<HandoverOptions>;
}

/** As a cluster's manual failover. `CLUSTER_MF_TIMEOUT` in https://github.com/redis/redis/blob/7.0/src/cluster.h */
export const DEFAULT_TIMEOUT_MS = 5_000;
/** More than this is not sent within the time that writes may be held. */
const MAX_LAG_BYTES = 16 * 1024 * 1024;
const WORTH_A_NOTE_BYTES = 1024 * 1024;

/** A step in words. */
export function describeHandoverStep(step: HandoverStep): string {
  switch (step.do) {
    case 'handover':
      return `hand over from ${step.from.name} to ${step.to.name}: writes are held until it has all of them, for ${durationText(step.timeoutMs)} at most${step.force ? ', then it takes over without the rest' : ''}`;
    case 'follow':
      return `make ${step.node.name} a replica of ${step.primary.name}`;
    case 'rewrite':
      return `write the role of ${step.node.name} into its configuration file`;
    default:
      return step satisfies never;
  }
}

/**
 * Plans that a replica takes the place of its primary. `replica`: its name, or null for the best one. `sentinels`: how many sentinels watch the
 * primary. Throws where it cannot work, or would lose writes. https://redis.io/docs/latest/commands/failover/
 */
export function planHandover(
  tree: ReplicationTree,
  replica: string | null,
  { timeoutMs = DEFAULT_TIMEOUT_MS, force = false, rewrite = true }: HandoverOptions = {},
): HandoverPlan {
  refuseBusy(tree);
  const primary = onlyPrimary(tree);
  const to = replica === null ? bestReplica(tree, primary) : serverNamed(tree, replica);
  const request = { replica: to.name, timeoutMs, force, rewrite };
  if (to.name === primary.name) return { title: `${to.name} is the primary already`, steps: [], notes: [], request };
  refuseUnfit(tree, primary, to, timeoutMs, force);
  const listed = to.listed?.address;
  if (listed === undefined || 'path' in listed)
    throw new AdminError(`${primary.name} does not list ${to.name} as its replica: it cannot hand over to it`);
  refuseTooFew(tree, primary, to);
  const lost = to.facts === null || primary.facts === null ? null : lostDatabases(to.facts, primary.facts, primary.name);
  if (lost !== null) throw new AdminError(`${to.name} ${lost}`);
  const announced = { host: listed.host, port: listed.port };
  const others = directReplicas(tree, primary.name).filter(({ name, reachable }) => name !== to.name && reachable);
  const writing = rewrite ? [primary, to, ...others].filter(hasConfigFile) : [];
  const ref = ({ id, name, address }: TreeServer): ServerRef => ({ id, name, address });
  return {
    title: `make ${to.name} the primary in place of ${primary.name}`,
    steps: [
      { do: 'handover', from: ref(primary), to: ref(to), announced, timeoutMs, force },
      ...others.map((node): HandoverStep => ({ do: 'follow', node: ref(node), primary: ref(to), announced })),
      ...writing.map((node): HandoverStep => ({ do: 'rewrite', node: ref(node) })),
    ],
    notes: notesOf(tree, primary, to, request),
    request,
  };
}

function refuseBusy({ servers }: ReplicationTree): void {
  const busy = servers.find(({ replication }) => replication !== null && replication.failoverState !== NO_FAILOVER);
  if (busy === undefined) return;
  throw new AdminError(
    `${busy.name} is handing over already (${busy.replication?.failoverState}): wait for it; see slotwise check ${busy.name}`,
  );
}

function onlyPrimary(tree: ReplicationTree): TreeServer {
  const found = primariesIn(tree);
  const [primary] = found;
  if (primary !== undefined && found.length === 1) return primary;
  if (found.length > 1) {
    throw new AdminError(
      `${found.map(({ name }) => name).join(' and ')} both call themselves primary: find out which one clients use, and make the other one its replica first`,
    );
  }
  const known = tree.servers.filter(({ reachable }) => reachable);
  const said = known.map(({ name, replication }) => `${name} (offset ${replication?.offset ?? 'unknown'})`);
  const advice = ` Where it is gone for good, and stays away, the replica with the most writes takes over by REPLICAOF NO ONE there, and the others follow it by REPLICAOF. Found were ${said.join(', ')}; a primary that is gone names no others: give all replicas to slotwise info to see them`;
  throw new AdminError(`no primary answers, so none can hand over.${advice}`);
}

/** The server that a text means. */
function serverNamed(tree: ReplicationTree, text: string): TreeServer {
  const found = serverAt(tree, text) ?? tree.servers.find(({ id }) => text.length >= 4 && id.startsWith(text.toLowerCase()));
  if (found != null) return found;
  const names = tree.servers.map(({ name }) => name);
  throw new AdminError(`${mask(text)} is none of these servers; name it by host:port: ${names.slice(0, 12).join(', ')}`);
}

/** Linked, allowed by its priority, and with the most writes. */
function bestReplica(tree: ReplicationTree, primary: TreeServer): TreeServer {
  const fit = directReplicas(tree, primary.name).filter(
    ({ reachable, replication }) => reachable && replication?.link === 'up' && replication.priority > 0,
  );
  const order = (a: TreeServer, b: TreeServer): number =>
    (a.replication?.priority ?? 0) - (b.replication?.priority ?? 0) ||
    (b.replication?.offset ?? 0) - (a.replication?.offset ?? 0) ||
    (a.name < b.name ? -1 : 1);
  const [best] = [...fit].sort(order);
  if (best !== undefined) return best;
  throw new AdminError(
    `${primary.name} has no replica that could take over: none is linked and has a replica-priority other than 0; see: slotwise check ${primary.name}`,
  );
}

/** Each reason why the replica cannot take over, or not without holding writes for nothing. */
function refuseUnfit(tree: ReplicationTree, primary: TreeServer, to: TreeServer, timeoutMs: number, force: boolean): void {
  const own = to.replication;
  if (!to.reachable || own === null) throw new AdminError(`${to.name} cannot be asked: ${to.problem}`);
  if (to.primary !== primary.name) {
    const isDirect = serverAt(tree, to.primary)?.primary === primary.name;
    throw new AdminError(
      `${to.name} is a replica of ${to.primary}, not of the primary ${primary.name}: ${isDirect ? `hand over to ${to.primary}, or ` : ''}make ${to.name} a replica of ${primary.name} first (REPLICAOF)`,
    );
  }
  if (primary.facts?.info.has('redis_version') !== true) {
    throw new AdminError(`${primary.name} does not let us call INFO, which alone tells how far a handover is`);
  }
  if (!knowsFailover(primary)) {
    throw new AdminError(
      `${primary.name} runs ${primary.facts?.info.get('redis_version')}, and FAILOVER came with Redis 6.2: hand over by hand, or after an upgrade`,
    );
  }
  if (own.link !== 'up' || own.sync !== null) {
    const why = own.sync === null ? 'no link to it' : 'not finished its synchronisation with it';
    throw new AdminError(
      `${to.name} follows ${primary.name} but has ${why}: a handover would hold the writes of all clients for nothing; see: slotwise check ${primary.name}`,
    );
  }
  const silentMs = (to.listed?.lagSeconds ?? 0) * 1_000;
  if (silentMs > Math.max(timeoutMs, 2_000)) {
    throw new AdminError(
      `${to.name} has confirmed nothing to ${primary.name} for ${durationText(silentMs)}: it would not catch up in ${durationText(timeoutMs)}`,
    );
  }
  const { lagBytes } = to;
  if (!force && lagBytes !== null && lagBytes > MAX_LAG_BYTES) {
    throw new AdminError(
      `${to.name} is ${bytesText(lagBytes)} behind ${primary.name}: writes would be held until it has them; wait until it has caught up`,
    );
  }
}

/** Where it would refuse all writes once it is the primary. */
function refuseTooFew(tree: ReplicationTree, primary: TreeServer, to: TreeServer): void {
  const minimum = to.facts === null ? 0 : minReplicas(to.facts);
  // The old primary follows in the place of the new one.
  const followers = directReplicas(tree, primary.name).filter(({ reachable }) => reachable).length;
  if (minimum <= followers) return;
  throw new AdminError(
    `${to.name} has min-replicas-to-write ${minimum}, and only ${count(followers, 'replica')} would follow it: it would refuse all writes; lower it first`,
  );
}

/** https://redis.io/docs/latest/commands/failover/ — since Redis 6.2. */
function knowsFailover({ facts }: TreeServer): boolean {
  return facts === null || productOf(facts) !== 'Redis' || isSince(facts, 'Redis', [6, 2]);
}

function hasConfigFile({ facts }: TreeServer): boolean {
  return (facts?.info.get('config_file') ?? '') !== '';
}

function notesOf(
  tree: ReplicationTree,
  primary: TreeServer,
  to: TreeServer,
  { timeoutMs, force, rewrite }: Required<HandoverOptions>,
): string[] {
  const notes: string[] = [];
  if (force) notes.push(`after ${durationText(timeoutMs)} ${to.name} takes over with what it has: acknowledged writes may be lost`);
  if (to.lagBytes !== null && to.lagBytes > WORTH_A_NOTE_BYTES) notes.push(`${to.name} is ${bytesText(to.lagBytes)} behind now`);
  if (to.replication?.priority === 0) notes.push(`${to.name} has replica-priority 0: it was not meant to become the primary`);
  const refused = to.facts === null ? null : refusedCommands(to.facts);
  if (refused !== null) notes.push(`${to.name} ${refused}`);
  const [before, after] = [primary, to].map(({ facts }) => (facts === null ? null : versionOf(facts)));
  if (before != null && after != null && before !== after) {
    notes.push(
      `${primary.name} runs ${before}, ${to.name} ${after}: a server of an older version may be unable to follow a newer one once it needs a full synchronisation`,
    );
  }
  const unreachable = directReplicas(tree, primary.name).filter(({ reachable }) => !reachable);
  for (const { name } of unreachable) notes.push(`${name} cannot be asked, and goes on following ${primary.name}, which then is a replica`);
  const minimum = to.facts === null ? 0 : minReplicas(to.facts);
  if (minimum > 0)
    notes.push(
      `${to.name} has min-replicas-to-write ${minimum}: it refuses writes until ${count(minimum, 'replica')} ${minimum === 1 ? 'follows' : 'follow'} it`,
    );
  const fileless = [primary, to].filter((server) => server.facts !== null && !hasConfigFile(server)).map(({ name }) => name);
  if (fileless.length > 0)
    notes.push(
      `${fileless.join(' and ')} run${fileless.length === 1 ? 's' : ''} without a configuration file: a restart brings back the old role`,
    );
  else if (!rewrite) notes.push('the configuration files keep the old roles: a restart brings them back, and with them two primaries');
  notes.push(`the way back: slotwise failover ${to.name} ${primary.name}`);
  return notes;
}

/** Whether two plans would do the same. */
export function isSameHandover(a: HandoverPlan, b: HandoverPlan): boolean {
  return JSON.stringify(a.steps) === JSON.stringify(b.steps);
}
