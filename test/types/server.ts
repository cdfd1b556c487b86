import type { Redis } from '../../lib/api/redis.js';
import type { KeyPage } from '../../lib/commands/keys/key.js';
import type { AclLogEntry, AclUser } from '../../lib/commands/server/acl.js';
import type { ClientInfo } from '../../lib/commands/server/client-info.js';
import type { ClusterShard } from '../../lib/commands/server/cluster.js';
import type { ClusterSlots } from '../../lib/commands/server/cluster-slot.js';
import type { CommandInfo } from '../../lib/commands/server/command-info.js';
import type { LatencyEvent } from '../../lib/commands/server/latency.js';
import type { MemoryStats } from '../../lib/commands/server/memory.js';
import type { LargeCommand, SlowCommand } from '../../lib/commands/server/slowlog.js';
import { reply } from './expect.js';

declare const redis: Redis;
declare const bytes: Redis<Buffer, bigint>;

reply(bytes.configGet('*')).is<Record<string, Buffer>>();
reply(redis.clientList()).is<ClientInfo[]>();
reply(redis.clientKill('a:1')).is<'OK'>();
reply(bytes.clientKill({ SKIPME: 'YES' })).is<bigint>();
// @ts-expect-error one of them
redis.clientPause(1, { WRITE: true, ALL: true });
// @ts-expect-error no such type
redis.clientList({ TYPE: 'ANY' });
reply(redis.commandInfo('get')).is<(CommandInfo<string, number> | null)[]>();
reply(bytes.command()).is<CommandInfo<Buffer, bigint>[]>();
// @ts-expect-error one filter
redis.commandList({ FILTERBY: { MODULE: 'a', PATTERN: 'b' } });
reply(redis.latencyLatest()).is<LatencyEvent<string, number>[]>();
reply(bytes.memoryStats()).is<MemoryStats<bigint>>();
redis.memoryStats().then((stats) => stats['dataset.percentage'].toFixed());
reply(redis.slowlogGet()).is<SlowCommand<string, number>[]>();
reply(redis.commandlogGet(1, 'SLOW')).is<SlowCommand<string, number>[]>();
reply(bytes.commandlogGet(1, 'LARGE-REPLY')).is<LargeCommand<Buffer, bigint>[]>();
reply(redis.aclGetuser('u')).is<AclUser<string> | null>();
reply(redis.aclLog(1)).is<AclLogEntry<string, number>[]>();
reply(redis.aclLog('RESET')).is<'OK'>();
reply(bytes.clusterShards()).is<ClusterShard<Buffer, bigint>[]>();
reply(redis.clusterSlots()).is<ClusterSlots<string, number>[]>();
reply(redis.clusterscan(0)).is<KeyPage<string>>();
// @ts-expect-error one state
redis.clusterSetslot(1, { NODE: 'a', STABLE: true });
// @ts-expect-error some state
redis.clusterSetslot(1, {});
// @ts-expect-error a range or an order
redis.clusterSlotStats({ SLOTSRANGE: { start: 0, end: 1 }, LIMIT: 5 });
// @ts-expect-error without or with everybody
redis.clusterFailover({ FORCE: true, TAKEOVER: true });
reply(bytes.pubsubNumsub('a')).is<[name: Buffer, value: bigint][]>();
