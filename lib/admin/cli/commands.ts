import { explain } from './any/explain.js';
import { optionsCheck } from './any/options-check.js';
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
import { top } from './cluster/top.js';
import type { Command } from './command.js';

/** All commands, in the order of the help. */
export const COMMANDS: readonly Command[] = [
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
  explain,
  optionsCheck,
];
