// Public types of arguments and replies: index.ts exports them all.

export type {
  BitEncoding,
  BitfieldGet,
  BitfieldOperation,
  BitfieldReplies,
  BitOffset,
  BitOverflow,
  BitUnit,
} from '../commands/data/bitmap.js';
export type { PoppedElement } from '../commands/data/blocking.js';
export type {
  GeoArea,
  GeoaddOptions,
  GeoCoordinates,
  GeoFound,
  GeoLimit,
  GeoMember,
  GeoOrder,
  GeoUnit,
  GeoWith,
} from '../commands/data/geo.js';
export type { FieldPage, FieldValue, FieldValuePage } from '../commands/data/hash.js';
export type { HexpireOptions, HgetexOptions, HsetexOptions } from '../commands/data/hash-expiry.js';
export type { LcsMatch, LcsMatches, LcsMatchWithLength, LcsRange } from '../commands/data/lcs.js';
export type { ListEnd, LposOptions, PoppedElements } from '../commands/data/list.js';
export type { PoppedMember, PoppedMembers, ScoredMember, ScoredMemberPage } from '../commands/data/scored-member.js';
export type { MemberPage } from '../commands/data/set.js';
export type { NewMember, RankAndScore, Score, ScoreEnd, ZaddCondition, ZaddIncrOptions, ZaddOptions } from '../commands/data/sorted-set.js';
export type { CombineOptions } from '../commands/data/sorted-set-algebra.js';
export type { LexBound, ScoreBound } from '../commands/data/sorted-set-range.js';
export type { Threshold, TrimReferences, XaddOptions, XreadOptions, XtrimOptions } from '../commands/data/stream.js';
export type { NewEntries, PendingRange, XclaimOptions, XreadgroupOptions } from '../commands/data/stream-group.js';
export type {
  Claimed,
  ClaimedIds,
  ConsumerInfo,
  DeletedEntry,
  Delivery,
  FullConsumerInfo,
  FullGroupInfo,
  FullStreamInfo,
  GroupInfo,
  PendingEntry,
  PendingSummary,
  StreamEntries,
  StreamEntry,
  StreamInfo,
} from '../commands/data/stream-replies.js';
export type { GetexOptions, MsetexOptions, SetCondition, SetExpiry, SetOptions } from '../commands/data/string.js';
export type { ByName, Ok, Page } from '../commands/decode.js';
export type { Key, OneOrMore, Value } from '../commands/group.js';
export type { ExpireCondition } from '../commands/keys/expiry.js';
export type { CopyOptions, KeyPage, KeyScanOptions, KeyType, MigrateOptions, RestoreOptions } from '../commands/keys/key.js';
export type { SortOptions } from '../commands/keys/sort.js';
export type { FunctionInfo, FunctionLibrary, FunctionStats, LibraryWithCode } from '../commands/scripting/function.js';
export type { AclLogEntry, AclSelector, AclUser } from '../commands/server/acl.js';
export type { TrackingInfo } from '../commands/server/client.js';
export type { ClientFilter, ClientInfo, ClientType } from '../commands/server/client-info.js';
export type { ClusterLink, ClusterShard, ClusterShardNode } from '../commands/server/cluster.js';
export type {
  ClusterScanOptions,
  ClusterSlotNode,
  ClusterSlots,
  SlotMetric,
  SlotRange,
  SlotState,
  SlotStats,
  SlotStatsQuery,
} from '../commands/server/cluster-slot.js';
export type { CommandArgument, CommandDocs, CommandInfo, CommandKeySpec, KeyWithFlags } from '../commands/server/command-info.js';
export type { LatencyEvent, LatencyHistogram, LatencySpike } from '../commands/server/latency.js';
export type { DatabaseMemory, MemoryStats } from '../commands/server/memory.js';
export type { ModuleInfo } from '../commands/server/module.js';
export type { FailoverOptions, FlushOptions, InfoSection, Role, ServerTime, ShutdownOptions } from '../commands/server/server.js';
export type { CommandlogType, LargeCommand, LoggedCommand, SlowCommand } from '../commands/server/slowlog.js';
export type { Integer, Limit, Pairs, ScanOptions } from '../commands/tokens.js';
export type { DedicatedOptions } from './dedicated.js';
export type { KeyspaceEvent, KeyspaceFilter } from './keyspace-events.js';
export type { ServerHello, TrackingOptions } from './leased-commands.js';
export type { DuplicateOptions } from './life-methods.js';
export type { ScanItemsOptions, ScanKeysOptions } from './scan-iterators.js';
export type { Channel, ChannelMessage, MessagesOptions, PatternMessage, SubscribeOptions } from './subscription.js';
