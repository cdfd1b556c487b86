import { check as anyCheck } from './any/check.js';
import { explain } from './any/explain.js';
import { failover as anyFailover } from './any/failover.js';
import { info as anyInfo } from './any/info.js';
import { optionsCheck } from './any/options-check.js';
import { top as anyTop } from './any/top.js';
import { addNode } from './cluster/add-node.js';
import { check } from './cluster/check.js';
import { create } from './cluster/create.js';
import { delNode } from './cluster/del-node.js';
import { failover } from './cluster/failover.js';
import { fix } from './cluster/fix.js';
import { forget } from './cluster/forget.js';
import { info } from './cluster/info.js';
import { rebalance } from './cluster/rebalance.js';
import { replicate } from './cluster/replicate.js';
import { reshard } from './cluster/reshard.js';
import { run } from './cluster/run.js';
import { top } from './cluster/top.js';
import type { Command } from './command.js';
import { migrateCheck } from './migrate/check.js';
import { failover as replicationFailover } from './replication/failover.js';
import { check as replicationCheck, info as replicationInfo } from './replication/report.js';
import { top as replicationTop } from './replication/top.js';
import { check as ringCheck } from './ring/check.js';
import { move as ringMove } from './ring/move.js';
import { plan as ringPlan } from './ring/plan.js';
import { ckquorum, monitor, remove, reset, failover as sentinelFailover, set } from './sentinel/actions.js';
import { check as sentinelCheck, info as sentinelInfo } from './sentinel/report.js';
import { top as sentinelTop } from './sentinel/top.js';

/** All commands, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  anyInfo,
  anyCheck,
  anyTop,
  anyFailover,
  explain,
  optionsCheck,
  migrateCheck,
  create,
  check,
  info,
  top,
  addNode,
  delNode,
  reshard,
  rebalance,
  failover,
  replicate,
  fix,
  forget,
  run,
  replicationInfo,
  replicationCheck,
  replicationTop,
  replicationFailover,
  sentinelInfo,
  sentinelCheck,
  sentinelTop,
  ckquorum,
  sentinelFailover,
  reset,
  monitor,
  remove,
  set,
  ringPlan,
  ringMove,
  ringCheck,
];
