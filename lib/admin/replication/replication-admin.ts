import { OptionsError, ReplyError } from '../../errors.js';
import type { Credentials } from '../../options/access.js';
import { type Address, parseAddress } from '../../options/address.js';
import { checkCalls, type FormsOf } from '../../options/call-form.js';
import { resolveOptions } from '../../options/resolve.js';
import { replication, seedsOf } from '../../options/topology.js';
import { NodeRules } from '../../topology/node-rules.js';
import { listOf, numberOf } from '../../topology/replies.js';
import { AdminError } from '../admin-error.js';
import { type AdminOptions, CLIENT_NAME, checkAdmin } from '../admin-options.js';
import type { Problem } from '../health/problem.js';
import { lastingReport } from '../lasting-report.js';
import { type NodeClient, NodeConnections } from '../node-connections.js';
import { setReach } from '../reach.js';
import { count } from '../slot-list.js';
import type { ReportOptions, TopologyAdmin, TopologyReport } from '../topology-report.js';
import { REPLICATION_FORMS } from './call-forms.js';
import { checkTree } from './check-tree.js';
import { checkHandoverRights } from './handover-rights.js';
import { type HandoverOptions, type HandoverPlan, isSameHandover, planHandover } from './plan-handover.js';
import { readTree } from './read-tree.js';
import { type HandoverOutcome, HandoverRun, type HandoverRunOptions } from './run-handover.js';
import { primariesIn, type ReplicationTree } from './tree.js';
import { treeRows } from './tree-rows.js';

/** Channel by which sentinels find each other at the servers they watch. */
const SENTINEL_CHANNEL = '__sentinel__:hello';

/**
 * Administration of a primary with its replicas, found from any of them: reads the tree, checks it, and hands the primary's place to a
 * replica without losing a write.
 *
 * @example
 * await using admin = new ReplicationAdmin({ nodes: ['10.0.0.1:6379'] });
 * const outcome = await admin.run(await admin.planFailover('10.0.0.2:6379'));
 */
export class ReplicationAdmin implements TopologyAdmin {
  readonly kind = 'replication';
  readonly #connections: NodeConnections;
  readonly #rules: NodeRules;
  readonly #seeds: readonly Address[];

  constructor(given: AdminOptions) {
    const { nodes, ...access } = checkAdmin(given, 'options');
    if (nodes === undefined) throw new OptionsError('options.nodes', 'host:port or URLs of servers', nodes);
    const options = resolveOptions({ clientName: CLIENT_NAME, ...access, topology: replication(nodes) });
    this.#connections = new NodeConnections(options);
    setReach(this, () => this.#connections);
    this.#rules = new NodeRules(options);
    this.#seeds = seedsOf(options.topology);
  }

  /** All servers that replicate from each other now. */
  read(): Promise<ReplicationTree> {
    return readTree(this.#connections, this.#seeds, this.#rules);
  }

  async check(): Promise<Problem[]> {
    return checkTree(await this.read());
  }

  async report({ steady = false }: ReportOptions = {}): Promise<TopologyReport> {
    return steady ? await lastingReport(() => this.#look()) : await this.#look();
  }

  /** `replica`: the server that is to become the primary. Default: the linked one with the best priority and the most writes. */
  async planFailover(replica?: string, options: HandoverOptions = {}): Promise<HandoverPlan> {
    return await this.#plan(await this.#readWith(replica), replica ?? null, options);
  }

  /** Carries a plan out, if it would still be made as it is. */
  async run(plan: HandoverPlan, options: HandoverRunOptions = {}): Promise<HandoverOutcome> {
    const { replica, ...request } = plan.request;
    const tree = await this.#readWith(replica);
    if (!isSameHandover(plan, await this.#plan(tree, replica, request))) {
      throw new AdminError('the servers have changed since the plan was made: make it again', { reason: 'changed', executed: 'no' });
    }
    return await new HandoverRun(this.#connections, () => this.read(), options).run(plan, tree);
  }

  close(): void {
    this.#connections.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  async #look(): Promise<TopologyReport> {
    const tree = await this.read();
    const isSingle = tree.servers.length === 1;
    return {
      kind: isSingle ? 'single' : this.kind,
      title: isSingle ? 'one server' : `replication, ${count(tree.servers.length, 'server')}`,
      rows: treeRows(tree),
      problems: checkTree(tree),
      jobs: [],
    };
  }

  async #plan(tree: ReplicationTree, replica: string | null, options: HandoverOptions): Promise<HandoverPlan> {
    const unasked = await this.#refuseWatched(tree);
    const plan = planHandover(tree, replica, options);
    if (plan.steps.length === 0) return plan;
    const rights = await checkHandoverRights({ connections: this.#connections, as: (login, use) => this.#as(login, use) }, plan);
    return { ...plan, notes: [...unasked, ...rights, ...plan.notes] };
  }

  async #as<T>(credentials: Credentials | null, use: (connections: NodeClient) => Promise<T>): Promise<T> {
    const connections = new NodeConnections({ ...this.#connections.options, credentials });
    try {
      return await use(connections);
    } finally {
      connections.close();
    }
  }

  /** The tree with a server that is named: its primary does not list a replica without a link, so that nobody leads to it. */
  #readWith(named: string | undefined): Promise<ReplicationTree> {
    const address = named === undefined ? null : parseAddress(named, null);
    return readTree(this.#connections, address === null ? this.#seeds : [...this.#seeds, address], this.#rules);
  }

  /** Sentinels would take a handover that they have not begun for a mistake, and undo it. Resolves with notes. */
  async #refuseWatched(tree: ReplicationTree): Promise<string[]> {
    const [primary] = primariesIn(tree);
    if (primary === undefined) return [];
    const reply = await this.#connections.send(primary.address, ['PUBSUB', 'NUMSUB', SENTINEL_CHANNEL]).catch((error: unknown) => {
      if (error instanceof ReplyError) return error;
      throw error;
    });
    if (reply instanceof Error)
      return [`whether Sentinels watch ${primary.name} is not known (${reply.message}): they would undo the handover`];
    const sentinels = numberOf(listOf(reply)[1], 0);
    if (sentinels === 0) return [];
    throw new AdminError(
      `${count(sentinels, 'Sentinel')} watch${sentinels === 1 ? 'es' : ''} ${primary.name}: a handover is theirs to make, with slotwise sentinel failover SENTINEL:PORT`,
    );
  }
}

checkCalls(ReplicationAdmin, REPLICATION_FORMS satisfies FormsOf<ReplicationAdmin>);
