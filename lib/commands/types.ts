// The types of arguments and replies, for those who pass them on.
export type { AclLogEntry, AclSelector, AclUser } from './acl.js';
export type { BitEncoding, BitfieldGet, BitfieldOperation, BitfieldReplies, BitOffset, BitOverflow, BitUnit } from './bitmap.js';
export type { PoppedElement } from './blocking.js';
export type { TrackingInfo } from './client.js';
export type { ClientFilter, ClientInfo, ClientType } from './client-info.js';
export type { ClusterLink, ClusterShard, ClusterShardNode } from './cluster.js';
export type {
  ClusterScanOptions,
  ClusterSlotNode,
  ClusterSlots,
  SlotMetric,
  SlotRange,
  SlotState,
  SlotStats,
  SlotStatsQuery,
} from './cluster-slot.js';
export type { CommandArgument, CommandDocs, CommandInfo, CommandKeySpec, KeyWithFlags } from './command-info.js';
export type { Ok, Page } from './decode.js';
export type { ExpireCondition } from './expiry.js';
export type { FunctionInfo, FunctionLibrary, FunctionStats, LibraryWithCode } from './function.js';
export type { GeoArea, GeoaddOptions, GeoCoordinates, GeoFound, GeoLimit, GeoMember, GeoOrder, GeoUnit, GeoWith } from './geo.js';
export type { Key, OneOrMore, Value } from './group.js';
export type { FieldPage, FieldValue, FieldValuePage } from './hash.js';
export type { HexpireOptions, HgetexOptions, HsetexOptions } from './hash-expiry.js';
export type { CopyOptions, KeyPage, KeyScanOptions, KeyType, MigrateOptions, RestoreOptions } from './key.js';
export type { KeyspaceEvent, KeyspaceFilter } from './keyspace.js';
export type { LatencyEvent, LatencyHistogram, LatencySpike } from './latency.js';
export type { ServerHello, TrackingOptions } from './leased-commands.js';
export type { ListEnd, LposOptions, PoppedElements } from './list.js';
export type { DatabaseMemory, MemoryStats } from './memory.js';
export type { ModuleInfo } from './module.js';
export type { ScanItemsOptions, ScanKeysOptions } from './scans.js';
export type { PoppedMember, PoppedMembers, ScoredMember, ScoredMemberPage } from './scored-member.js';
export type { FailoverOptions, FlushOptions, InfoSection, Role, ServerTime, ShutdownOptions } from './server.js';
export type { MemberPage } from './set.js';
export type { CommandlogType, LargeCommand, LoggedCommand, SlowCommand } from './slowlog.js';
export type { SortOptions } from './sort.js';
export type { NewMember, RankAndScore, Score, ScoreEnd, ZaddCondition, ZaddIncrOptions, ZaddOptions } from './sorted-set.js';
export type { CombineOptions } from './sorted-set-algebra.js';
export type { LexBound, ScoreBound } from './sorted-set-range.js';
export type { Threshold, TrimReferences, XaddOptions, XreadOptions, XtrimOptions } from './stream.js';
export type { NewEntries, PendingRange, XclaimOptions, XreadgroupOptions } from './stream-group.js';
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
} from './stream-replies.js';
export type {
  GetexOptions,
  LcsMatch,
  LcsMatches,
  LcsMatchWithLength,
  LcsRange,
  MsetexOptions,
  SetCondition,
  SetExpiry,
  SetOptions,
} from './string.js';
export type { Channel, ChannelMessage, MessagesOptions, PatternMessage, SubscribeOptions } from './subscription.js';
export type { Integer, Limit, Pairs, ScanOptions } from './tokens.js';
