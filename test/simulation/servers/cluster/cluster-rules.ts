import type { CommandCall } from '../redis/command-call.js';
import { integer } from '../redis/commands/arguments.js';
import type { RuleTable } from '../redis/rules.js';
import { Failure, OK, type ReplyValue, Verbatim } from '../resp.js';
import { ClusterMember } from './cluster-member.js';
import type { KnownNode } from './known-node.js';
import { infoText, lineOf, nodesText, shardIdOf, shardsReply, slotsReply } from './replies.js';
import { SLOT_COUNT, slotOf } from './slots.js';

type ClusterRun = (member: ClusterMember, call: CommandCall) => ReplyValue;

/** A node that is no member of a cluster answers one thing. */
function inCluster(run: ClusterRun): (call: CommandCall) => ReplyValue {
  return (call) => {
    const { cluster } = call.server;
    if (!(cluster instanceof ClusterMember)) return new Failure('ERR This instance has cluster support disabled');
    const reply = run(cluster, call);
    cluster.node.settle();
    return reply;
  };
}

/** A number within, or null. */
function numberWithin(text: string, most: number): number | null {
  const number = Number(text);
  return /^\d+$/.test(text) && number <= most ? number : null;
}

const slotWithin = (text: string): number | null => numberWithin(text, SLOT_COUNT - 1);

/** https://github.com/redis/redis/blob/7.0/src/cluster.c (`clusterCommand`) */
export const clusterRules: RuleTable = {
  'CLUSTER MYID': inCluster(({ node }) => node.table.myself.id),
  'CLUSTER MYSHARDID': inCluster(({ node }) => shardIdOf(node.table.myself)),
  'CLUSTER INFO': inCluster(({ node, isValkey9 }) => new Verbatim(infoText(node, isValkey9))),
  'CLUSTER NODES': inCluster((member, { session }) => {
    member.tellsRoles(session);
    return new Verbatim(nodesText(member.node));
  }),
  // These have no epochs: whoever reads one alone cannot know whether it is news, or old.
  'CLUSTER SLOTS': inCluster(({ node }) => slotsReply(node)),
  'CLUSTER SHARDS': inCluster(({ node, isValkey9 }) => shardsReply(node, isValkey9)),
  'CLUSTER LINKS': inCluster(({ node }) =>
    node.table.nodes
      .filter((other) => other !== node.table.myself && node.isLinkedTo(other))
      .flatMap((other) =>
        ['to', 'from'].map(
          (direction): ReplyValue =>
            new Map<string, ReplyValue>([
              ['direction', direction],
              ['node', other.id],
              ['create-time', 0],
              ['events', direction === 'to' ? 'rw' : 'r'],
              ['send-buffer-allocated', 0],
              ['send-buffer-used', 0],
            ]),
        ),
      ),
  ),
  'CLUSTER REPLICAS': inCluster(replicas),
  'CLUSTER SLAVES': inCluster(replicas),
  'CLUSTER KEYSLOT': inCluster((_member, call) => slotOf(call.word(2))),
  'CLUSTER COUNTKEYSINSLOT': inCluster((member, call) => {
    const slot = slotWithin(String(integer(call.words[2])));
    return slot === null ? new Failure('ERR Invalid slot') : member.keysIn(slot).length;
  }),
  'CLUSTER GETKEYSINSLOT': inCluster((member, call) => {
    const slot = slotWithin(String(integer(call.words[2])));
    const count = numberWithin(String(integer(call.words[3])), Number.MAX_SAFE_INTEGER);
    return slot === null || count === null ? new Failure('ERR Invalid slot or number of keys') : member.keysIn(slot).slice(0, count);
  }),
  'CLUSTER MEET': inCluster((member, call) => {
    member.meetAddress(call.word(2), Number(call.word(3)));
    return OK;
  }),
  'CLUSTER FORGET': inCluster(({ node }, call) => {
    const { table } = node;
    const other = table.byId(call.word(2));
    if (other === undefined) return new Failure(`ERR Unknown node ${call.word(2)}`);
    if (other === table.myself) return new Failure("ERR I tried hard but I can't forget myself...");
    if (other === table.myself.primary) return new Failure("ERR Can't forget my master!");
    node.forget(other);
    return OK;
  }),
  'CLUSTER REPLICATE': inCluster((member, call) => {
    const { table } = member.node;
    const other = table.byId(call.word(2));
    if (other === undefined) return new Failure(`ERR Unknown node ${call.word(2)}`);
    if (other === table.myself) return new Failure("ERR Can't replicate myself");
    if (!other.isPrimary) return new Failure('ERR I can only replicate a master, not a replica.');
    if (table.myself.isPrimary && (table.myself.slotCount > 0 || !member.isEmpty)) {
      return new Failure('ERR To set a master the node must be empty and without assigned slots.');
    }
    member.node.follow(other);
    return OK;
  }),
  'CLUSTER FAILOVER': inCluster(({ node }, call) => {
    const mode = call.word(2).toUpperCase();
    if (call.words.length > 3 || !['', 'FORCE', 'TAKEOVER'].includes(mode)) return new Failure('ERR syntax error');
    const refusal = node.failover(mode === 'FORCE' || mode === 'TAKEOVER' ? mode : null);
    return refusal === null ? OK : new Failure(refusal);
  }),
  'CLUSTER SETSLOT': inCluster(setSlot),
  'CLUSTER ADDSLOTSRANGE': inCluster((member, call) => assign(member, slotsOfRanges(call.words.slice(2)), member.node.table.myself)),
  'CLUSTER ADDSLOTS': inCluster((member, call) => assign(member, call.words.slice(2).map(slotWithin), member.node.table.myself)),
  'CLUSTER DELSLOTS': inCluster((member, call) => assign(member, call.words.slice(2).map(slotWithin), null)),
  'CLUSTER DELSLOTSRANGE': inCluster((member, call) => assign(member, slotsOfRanges(call.words.slice(2)), null)),
  'CLUSTER SET-CONFIG-EPOCH': inCluster(({ node }, call) => {
    const { table } = node;
    const epoch = Number(call.word(2));
    if (table.nodes.length > 1)
      return new Failure('ERR The user can assign a config epoch only when the node does not know any other node.');
    if (table.myself.configEpoch !== 0) return new Failure('ERR Node config epoch is already non-zero');
    table.myself.configEpoch = epoch;
    table.currentEpoch = Math.max(table.currentEpoch, epoch);
    return OK;
  }),
  ASKING: inCluster((_member, { session }) => {
    session.isAsking = true;
    return OK;
  }),
};

function replicas({ node }: ClusterMember, call: CommandCall): ReplyValue {
  const primary = node.table.byId(call.word(2));
  if (primary === undefined) return new Failure(`ERR Unknown node ${call.word(2)}`);
  if (!primary.isPrimary) return new Failure('ERR The specified node is not a master');
  return node.table.replicasOf(primary).map((replica) => lineOf(node, replica));
}

function slotsOfRanges(words: readonly string[]): (number | null)[] {
  const slots: (number | null)[] = [];
  for (let at = 0; at < words.length; at += 2) {
    const [first, last] = [slotWithin(words[at] ?? ''), slotWithin(words[at + 1] ?? '')];
    if (first === null || last === null) return [null];
    for (let slot = first; slot <= last; slot++) slots.push(slot);
  }
  return slots;
}

function assign({ node }: ClusterMember, slots: readonly (number | null)[], to: KnownNode | null): ReplyValue {
  const { table } = node;
  for (const slot of slots) {
    if (slot === null) return new Failure('ERR Invalid or out of range slot');
    const isTaken = table.ownerOf(slot) !== undefined;
    if (to !== null && isTaken) return new Failure(`ERR Slot ${slot} is already busy`);
    if (to === null && !isTaken) return new Failure(`ERR Slot ${slot} is already unassigned`);
  }
  for (const slot of slots as readonly number[]) table.setOwner(slot, to);
  node.updateState();
  return OK;
}

/** https://redis.io/docs/latest/commands/cluster-setslot/ */
function setSlot(member: ClusterMember, call: CommandCall): ReplyValue {
  const { node } = member;
  const { table } = node;
  if (!table.myself.isPrimary) return new Failure('ERR Please use SETSLOT only with masters.');
  const slot = slotWithin(call.word(2));
  if (slot === null) return new Failure('ERR Invalid or out of range slot');
  const how = call.word(3).toUpperCase();
  if (how === 'STABLE' && call.words.length === 4) {
    node.mark(slot, 'migrating', null);
    node.mark(slot, 'importing', null);
    return OK;
  }
  if (call.words.length !== 5 || !['MIGRATING', 'IMPORTING', 'NODE'].includes(how)) {
    return new Failure('ERR Invalid CLUSTER SETSLOT action or number of arguments. Try CLUSTER HELP');
  }
  const id = call.word(4);
  const refusal = member.setSlot(slot, how as 'MIGRATING' | 'IMPORTING' | 'NODE', id);
  return refusal === null ? OK : new Failure(refusal);
}
