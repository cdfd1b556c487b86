import type { CommandCall } from '../redis/command-call.js';
import { globMatches } from '../redis/glob.js';
import type { RedisSession } from '../redis/session.js';
import type { Address } from '../replication/messages.js';
import { Failure, nullArray, OK, type ReplyValue, Status } from '../resp.js';
import { selectable } from './failover.js';
import type { Group } from './group.js';
import { instanceReply } from './replies.js';
import type { SentinelServer } from './sentinel-server.js';

interface SentinelCall {
  readonly sentinel: SentinelServer;
  readonly session: RedisSession;
  /** Behind SENTINEL and the name of the subcommand. */
  readonly args: readonly string[];
}

/** Number of words behind the subcommand; negative: at least. */
interface Subcommand {
  readonly args: number;
  readonly run: (call: SentinelCall) => ReplyValue;
}

const NO_SUCH_MASTER = new Failure('ERR No such master with that name');

const onGroup =
  (run: (group: Group, call: SentinelCall) => ReplyValue): Subcommand['run'] =>
  (call) => {
    const group = call.sentinel.groups.get(call.args[0] ?? '');
    return group === undefined ? NO_SUCH_MASTER : run(group, call);
  };

const replicas: Subcommand = {
  args: 1,
  run: onGroup((group, { sentinel, session }) => {
    // The flag `promoted` says who will be the primary, before the sentinel names it.
    if (group.isFailingOver && group.promoted !== null) tellsOf(sentinel, session, group, group.promoted);
    return [...group.replicas.values()].map((replica) => instanceReply(group, replica, sentinel.now));
  }),
};

/** https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/#sentinel-api */
const SUBCOMMANDS: Readonly<Record<string, Subcommand>> = {
  'GET-MASTER-ADDR-BY-NAME': {
    args: 1,
    run: ({ sentinel, session, args }) => {
      const group = sentinel.groups.get(args[0] ?? '');
      if (group === undefined) return nullArray;
      const { host, port } = group.announced;
      tells(sentinel, session, group);
      return [host, String(port)];
    },
  },
  MASTER: {
    args: 1,
    run: onGroup((group, { sentinel, session }) => {
      tells(sentinel, session, group);
      return instanceReply(group, group.master, sentinel.now);
    }),
  },
  MASTERS: {
    args: 0,
    run: ({ sentinel }) => [...sentinel.groups.values()].map((group) => instanceReply(group, group.master, sentinel.now)),
  },
  REPLICAS: replicas,
  SLAVES: replicas,
  SENTINELS: {
    args: 1,
    run: onGroup((group, { sentinel }) => [...group.sentinels.values()].map((other) => instanceReply(group, other, sentinel.now))),
  },
  MYID: { args: 0, run: ({ sentinel }) => sentinel.id },
  CKQUORUM: { args: 1, run: onGroup(checkQuorum) },
  FAILOVER: {
    args: 1,
    run: onGroup((group, { sentinel }) => {
      if (group.isFailingOver) return new Failure('INPROG Failover already in progress');
      if (selectable(sentinel, group) === null) return new Failure('NOGOODSLAVE No suitable replica to promote');
      sentinel.failover(group);
      return OK;
    }),
  },
  RESET: {
    args: 1,
    run: ({ sentinel, args }) => {
      const matching = [...sentinel.groups.values()].filter(({ name }) => globMatches(args[0] ?? '', name));
      for (const group of matching) sentinel.reset(group);
      return matching.length;
    },
  },
  REMOVE: {
    args: 1,
    run: onGroup((group, { sentinel }) => {
      sentinel.remove(group);
      return OK;
    }),
  },
  MONITOR: { args: 4, run: monitor },
  FLUSHCONFIG: { args: 0, run: () => OK },
};

/** SENTINEL of a server that is one. */
export function sentinelCommand(sentinel: SentinelServer, { session, words }: CommandCall): ReplyValue {
  const [, name = '', ...args] = words;
  const subcommand = SUBCOMMANDS[name.toUpperCase()];
  if (subcommand === undefined) return new Failure(`ERR unknown subcommand '${name}'. Try SENTINEL HELP.`);
  if (args.length !== subcommand.args) {
    return new Failure(`ERR wrong number of arguments for 'sentinel|${name.toLowerCase()}' command`);
  }
  return subcommand.run({ sentinel, session, args });
}

function tells(sentinel: SentinelServer, session: RedisSession, group: Group): void {
  tellsOf(sentinel, session, group, group.announced);
}

function tellsOf(sentinel: SentinelServer, session: RedisSession, { configEpoch: epoch }: Group, { host, port }: Address): void {
  const word = { teller: sentinel.name, node: `${host}:${port}`, isPrimary: true, slots: null, epoch };
  session.whenRead.push(() => sentinel.truth.toldRole(session, word));
}

/** https://github.com/redis/redis/blob/7.0/src/sentinel.c (`sentinelIsQuorumReachable`) */
function checkQuorum(group: Group): ReplyValue {
  const usable = 1 + [...group.sentinels.values()].filter(({ isDown, isConnected }) => isConnected && !isDown).length;
  const voters = group.sentinels.size + 1;
  const hasQuorum = usable >= group.settings.quorum;
  const hasMajority = usable >= Math.floor(voters / 2) + 1;
  if (hasQuorum && hasMajority) return new Status(`OK ${usable} usable Sentinels. Quorum and failover authorization can be reached`);
  return new Failure(
    `NOQUORUM ${usable} usable Sentinels. ${hasQuorum ? '' : 'Not enough available Sentinels to reach the specified quorum for this master. '}${
      hasMajority ? '' : 'Not enough available Sentinels to reach the majority and authorize a failover'
    }`,
  );
}

function monitor({ sentinel, args }: SentinelCall): ReplyValue {
  const [name = '', host = '', port = '', quorum = ''] = args;
  if (!/^\d+$/.test(quorum)) return new Failure('ERR Invalid quorum');
  if (!/^\d+$/.test(port)) return new Failure('ERR Invalid port');
  if (Number(quorum) <= 0) return new Failure('ERR Quorum must be 1 or greater.');
  if (sentinel.groups.has(name)) return new Failure('ERR Duplicate master name.');
  sentinel.monitor({ name, quorum: Number(quorum), downAfterMs: 30_000, failoverTimeoutMs: 180_000, parallelSyncs: 1 }, host, Number(port));
  return OK;
}
