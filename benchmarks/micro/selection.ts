/**
 * What the choice of a node costs a command, over `primary`: candidates are kept a policy and shard. `node --import tsx benchmarks/micro/selection.ts`
 */

import { DEFAULTS } from '../../lib/options/defaults.js';
import { Node } from '../../lib/pool/node.js';
import { policyOf, type ReadPolicy } from '../../lib/routing/reads/read-preference.js';
import { UNKNOWN_STATE } from '../../lib/routing/reads/selection.js';
import { Router } from '../../lib/routing/router.js';
import { makeTopology, type NodeInfo } from '../../lib/topology/snapshot.js';
import { micro } from './harness.mjs';

const info = (port: number, weight: number): NodeInfo => {
  const key = `10.0.0.1:${port}`;
  const isPrimary = port === 1;
  const replicaOf = isPrimary ? null : '10.0.0.1:1';
  const role = isPrimary ? 'primary' : 'replica';
  return {
    id: key,
    key,
    address: { host: '10.0.0.1', port },
    role,
    usable: true,
    replicaOf,
    depth: isPrimary ? 0 : 1,
    priority: 100,
    tags: {},
    weight,
  };
};

// Real nodes, which open nothing until something is sent.
const silent = (): void => {};
const events = { up: silent, down: silent, suspect: silent, lost: silent, overdue: silent, again: silent };
const nodes = new Map<string, Node>();
const nodeOf = ({ key, address }: NodeInfo): Node => {
  let node = nodes.get(key);
  if (node === undefined) {
    const { tls, connectTimeoutMs, keepAliveMs, protocol, credentials, database, clientName, pool, reconnect } = DEFAULTS;
    const connection = { address, tls, connectTimeoutMs, keepAliveMs, protocol, credentials, database, clientName };
    node = new Node(key, { connection, ...pool, reconnect }, events);
    nodes.set(key, node);
  }
  return node;
};

const routerOf = (weights: readonly number[]): Router => {
  const [primary, ...replicas] = [1, ...weights].map((weight, at) => info(at + 1, weight));
  const topology = makeTopology('replication', [{ primary: primary ?? null, replicas }], null);
  const freshAt = performance.now() + 1_000_000;
  return new Router(topology, { nodeOf, stateOf: () => ({ ...UNKNOWN_STATE, freshAt, rttMs: 0.1 }) });
};

const policy = (facts: Partial<ReadPolicy>): ReadPolicy => ({ ...policyOf(DEFAULTS, null, {}), ...facts });
const equal = routerOf([1, 1, 1]);
const weighted = routerOf([1, 2, 3]);
const replica = policy({ reads: 'replica' });
const nearest = policy({ reads: 'nearest', windowMs: 1 });
const bounded = policy({ reads: 'replica', maxLagMs: 1_000 });

const nanos = micro('the node of a read, three replicas', {
  primary: () => equal.primaryOf(0),
  replica: () => equal.choiceOf(0, replica).pick(),
  'replica, by weight': () => weighted.choiceOf(0, replica).pick(),
  nearest: () => equal.choiceOf(0, nearest).pick(),
  'replica, with a lag limit': () => equal.choiceOf(0, bounded).pick(),
}) as Record<string, number>;

const { empty = 0, primary = 0, ...others } = nanos;
for (const [name, each] of Object.entries(others)) console.log(`${name}: ${(each - primary).toFixed(0)} ns over primary`);
console.log(`loop: ${empty.toFixed(1)} ns`);
