/// <reference types="node" preserve="true" />
// Buffer and AbortSignal in the declarations: a program that lists no `types` of its own has them thus, too.
export { AdminError } from './admin-error.js';
export type { AdminOptions } from './admin-options.js';
export { ClusterAdmin } from './cluster-admin.js';
export type { Problem } from './health/problem.js';
export type { TopologyKind } from './health/server-kind.js';
export type { ServerRow } from './health/server-row.js';
export type { FixOptions } from './plans/fix.js';
export { type PlanJson, planFromJson, planToJson } from './plans/plan-json.js';
export type { RebalanceOptions } from './plans/rebalance.js';
export type { ReshardOptions } from './plans/reshard.js';
export {
  type Duplicates,
  describeStep,
  type FailoverMode,
  type NodeRef,
  type Plan,
  type PlanRequest,
  type PlanStep as Step,
} from './plans/steps.js';
export {
  describeHandoverStep,
  type HandoverOptions,
  type HandoverPlan,
  type HandoverStep,
} from './replication/plan-handover.js';
export { ReplicationAdmin } from './replication/replication-admin.js';
export type { HandoverOutcome, HandoverRunOptions } from './replication/run-handover.js';
export type { ReplicationTree, TreeServer } from './replication/tree.js';
export type { MovedKey, MoveProgress, NamedKey, NamedKeys } from './ring/move-ledger.js';
export { describeKeyMove, type KeyMoveStep, type MovePlan } from './ring/move-plan.js';
export type { RingMoveOptions, RingMoveOutcome } from './ring/move-run.js';
export { type MovePlanOptions, RingAdmin, type RingAdminOptions } from './ring/ring-admin.js';
export type { RingMemberFacts, RingReport } from './ring/ring-report.js';
export type { Verification } from './ring/verify-moved.js';
export type { RunOptions, RunOutcome as Outcome } from './run/executor.js';
export { type Progress, RunError } from './run/run-error.js';
export type { SentinelOutcome, SentinelRunOptions } from './sentinel/run-steps.js';
export {
  type QuorumAnswer,
  SentinelAdmin,
  type SentinelAdminOptions,
} from './sentinel/sentinel-admin.js';
export type { SentinelGroupState, SentinelNode } from './sentinel/sentinel-group.js';
export { describeSentinelStep, type GroupSettings, type SentinelPlan, type SentinelStep } from './sentinel/steps.js';
export type { AdminNode, ClusterState as Picture, NodeView as View } from './state/cluster-state.js';
export type { ReportOptions, TopologyAdmin, TopologyReport } from './topology-report.js';
