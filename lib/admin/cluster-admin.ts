import { OptionsError } from '../errors.js';
import { type Address, addressKey, parseAddress } from '../options/address.js';
import { checkCalls, type FormsOf } from '../options/call-form.js';
import { resolveOptions } from '../options/resolve.js';
import { addressText } from '../options/secrets.js';
import { cluster } from '../options/topology.js';
import { sleep } from '../runtime/runtime.js';
import { NodeRules } from '../topology/node-rules.js';
import { AdminError } from './admin-error.js';
import { type AdminOptions, CLIENT_NAME, checkAdmin } from './admin-options.js';
import { ADMIN_FORMS } from './call-forms.js';
import { checkCluster } from './check/check-cluster.js';
import { type MoveUnderWay, movesUnderWay, refuseBesideMoves } from './check/moves-under-way.js';
import { readMoves, readPicture } from './check/read-picture.js';
import { brokenSlots } from './check/slot-troubles.js';
import { type SteadyCheck, steadyCheck } from './check/steady-check.js';
import type { Problem } from './health/problem.js';
import { NodeConnections } from './node-connections.js';
import { planCreate } from './plans/create.js';
import { type FixOptions, planFix } from './plans/fix.js';
import { planAddNode, planDelNode, planFailover, planForget, planReplicate } from './plans/membership.js';
import type { LookOptions } from './plans/moves.js';
import { planRebalance, type RebalanceOptions } from './plans/rebalance.js';
import { movesOf, requested, totalsAfter } from './plans/request.js';
import { planReshard, type ReshardOptions } from './plans/reshard.js';
import type { FailoverMode, Plan, PlanRequest } from './plans/steps.js';
import { planBeside } from './preflight/moves-beside.js';
import { whyNoNode } from './preflight/no-node.js';
import { preflight } from './preflight/preflight.js';
import { setReach } from './reach.js';
import { Executor, type RunOptions, type RunOutcome, type RunSources } from './run/executor.js';
import { stepsLeft } from './run/replan.js';
import type { ReadCluster } from './run/step-runner.js';
import { settleTimeMs } from './run/waiting.js';
import { clusterRows, clusterTitle, runningJobs } from './state/cluster-rows.js';
import { type AdminNode, type ClusterState, nodeNamed, primariesOf } from './state/cluster-state.js';
import { withHostNames } from './state/host-names.js';
import { countKeysOfNodes, readKeyCounts } from './state/key-counts.js';
import { openMoves } from './state/open-moves.js';
import { readCluster, readServer } from './state/read-cluster.js';
import type { ReportOptions, TopologyAdmin, TopologyReport } from './topology-report.js';

const DEFAULT_PORT = 6379;
/** Gossip reaches all nodes of a healthy cluster in about a second, in ms. */
const LOOK_AGAIN_MS = 500;
/** Pauses between looks that find out whether somebody moves what is to be mended or moved. */
const LOOK_PAUSES_MS: readonly number[] = [500, 700];

/**
 * Administration of one cluster: reads its state, plans changes, and carries a plan out by `run`. A plan is made from the cluster's state
 * now, and can be shown before it runs.
 *
 * @example
 * await using admin = new ClusterAdmin({ nodes: ['10.0.0.1:7000'] });
 * await admin.run(await admin.planReshard({ from: 'all', to: '10.0.0.4:7000', slots: 4096 }));
 */
export class ClusterAdmin implements TopologyAdmin {
  readonly kind = 'cluster';
  readonly #connections: NodeConnections;
  readonly #rules: NodeRules;
  readonly #seeds: readonly Address[];
  readonly #tls: boolean;

  constructor(given: AdminOptions) {
    const { nodes, ...access } = checkAdmin(given, 'options');
    if (nodes === undefined) throw new OptionsError('options.nodes', 'host:port or URLs of nodes', nodes);
    const options = resolveOptions({ clientName: CLIENT_NAME, ...access, topology: cluster(nodes) });
    this.#connections = new NodeConnections(options);
    setReach(this, () => this.#connections);
    this.#rules = new NodeRules(options);
    this.#seeds = options.topology.kind === 'cluster' ? options.topology.seeds : [];
    this.#tls = options.tls !== null;
  }

  /** The cluster's state now. */
  read(): Promise<ClusterState> {
    return this.#readFrom(this.#seeds);
  }

  /** What is wrong with the cluster. Looks again, for 3 s or so, where a problem may be the trace of a change that is under way. */
  async check(): Promise<Problem[]> {
    return [...(await this.examine()).problems];
  }

  /** The same, with the state in which it was found. */
  examine(): Promise<SteadyCheck> {
    return steadyCheck({ read: async (before) => await readPicture(this.#connections, await this.read(), before), sleep });
  }

  /** All nodes with what is wrong, in the form that every topology has. */
  async report({ steady = false }: ReportOptions = {}): Promise<TopologyReport> {
    const { cluster, problems } = steady ? await this.examine() : onePicture(await this.read());
    return {
      kind: this.kind,
      title: clusterTitle(cluster),
      rows: clusterRows(cluster),
      problems,
      jobs: runningJobs(cluster),
      moves: openMoves(cluster),
    };
  }

  /** All of `nodes` become one cluster, with so many `replicas` for each primary. */
  async planCreate({ replicas = 0 }: { readonly replicas?: number } = {}): Promise<Plan> {
    const servers = await this.#readServers(this.#seeds);
    const plan = await this.#looked(planCreate(servers, replicas), servers);
    return requested(plan, { command: 'create', nodes: this.#seeds.map(addressKey), replicas });
  }

  /** `replicaOf`: a primary, or `auto`: one with the fewest replicas. Default: it becomes a primary without slots. */
  async planAddNode(address: string, { replicaOf }: { readonly replicaOf?: string } = {}): Promise<Plan> {
    const parsed = parsedAddress(address);
    const [state, servers] = await Promise.all([this.#readNamed([replicaOf ?? '']), this.#readServers([parsed])]);
    const [server = state] = servers;
    const plan = await this.#looked(planAddNode(state, server, replicaOf ?? null), [server, state]);
    const primary = plan.steps.find((step) => step.do === 'replicate')?.primary.id ?? replicaOf ?? null;
    return requested(plan, { command: 'add-node', address, replicaOf: primary });
  }

  async planDelNode(node: string): Promise<Plan> {
    const state = await this.#readNamed([node]);
    const plan = await this.#looked(planDelNode(state, node), [state]);
    return requested(plan, { command: 'del-node', node: nodeNamed(state, node).id });
  }

  /** A member follows another primary: a replica, or a primary without slots and keys. */
  async planReplicate(node: string, primary: string): Promise<Plan> {
    const state = await this.#readNamed([node, primary]);
    const plan = await this.#looked(planReplicate(state, node, primary), [state]);
    return requested(plan, { command: 'replicate', node: nodeNamed(state, node).id, primary: nodeNamed(state, primary).id });
  }

  async planForget(node: string): Promise<Plan> {
    const state = await this.#readNamed([node]);
    const plan = await this.#looked(planForget(state, node), [state]);
    return requested(plan, { command: 'forget', node: nodeNamed(state, node).id });
  }

  async planFailover(replica: string, { mode = 'coordinated' }: { readonly mode?: FailoverMode } = {}): Promise<Plan> {
    const state = await this.#readNamed([replica]);
    const plan = await this.#looked(planFailover(state, replica, mode), [state]);
    return requested(plan, { command: 'failover', node: nodeNamed(state, replica).id, mode });
  }

  async planReshard(options: ReshardOptions): Promise<Plan> {
    const { from, to, slots } = options;
    const { state, moves } = await this.#readWithMoves([to, ...(from === 'all' ? [] : from)]);
    const made = planBeside(moves, state, typeof slots === 'number' ? 'number' : 'named', () => planReshard(state, options));
    const plan = await this.#looked({ ...made, request: { command: 'reshard', moves: movesOf(made) } }, [state], options);
    return requested(plan, { command: 'reshard', moves: movesOf(plan) });
  }

  async planRebalance(options: RebalanceOptions = {}): Promise<Plan> {
    const { state, moves } = await this.#readWithMoves(Object.keys(options.weights ?? {}));
    const made = planBeside(moves, state, 'share', () => planRebalance(state, options));
    const requestOf = (plan: Plan): PlanRequest => ({
      command: 'rebalance',
      moves: movesOf(plan),
      totals: totalsAfter(plan, primariesOf(state)),
      useEmpty: options.useEmpty === true,
    });
    const plan = await this.#looked({ ...made, request: requestOf(made) }, [state], options);
    return requested(plan, requestOf(plan));
  }

  async planFix(options: FixOptions = {}): Promise<Plan> {
    const { cluster: state, pictures } = await this.#watch(2);
    refuseBesideMoves(movesUnderWay(pictures), state);
    const { takeUnreachable = false, duplicates = 'refuse', back = false } = options;
    const plan = await this.#looked(planFix(state, await readKeyCounts(this.#connections, state, brokenSlots(state)), options), [state]);
    return requested(plan, { command: 'fix', takeUnreachable, duplicates, back });
  }

  /** Carries a plan out, as far as it is not done. Refuses if another plan would come out by now. */
  async run(plan: Plan, options: RunOptions = {}): Promise<RunOutcome> {
    const read: ReadCluster = (nodes) => {
      const addresses = nodes.flatMap(({ address }) => (address === null ? [] : [address]));
      return this.#readFrom(addresses.length > 0 ? addresses : this.#seeds);
    };
    const sources: RunSources = {
      read,
      server: ({ name, address }) =>
        address === null ? Promise.reject(new AdminError(`the address of ${name} is unknown`)) : this.#readServer(address),
      keys: (nodes, slots) => countKeysOfNodes(this.#connections, nodes, slots),
    };
    let state: ClusterState | null = null;
    const steps = await stepsLeft(plan, {
      read: async () => (state = await this.read()),
      server: (address) => this.#readServer(parsedAddress(address)),
      keyCounts: (cluster) => readKeyCounts(this.#connections, cluster, brokenSlots(cluster)),
      pause: () => sleep(LOOK_AGAIN_MS),
    });
    const settleMs = options.settleMs ?? settleTimeMs(state ?? (await this.read()));
    return await new Executor(this.#connections, sources, { ...options, settleMs }).run(steps);
  }

  /** One section of a node's INFO, as it is. */
  async info(address: Address, section: string): Promise<string> {
    return String(await this.#connections.send(address, ['INFO', section]));
  }

  close(): void {
    this.#connections.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  /** Looks at the cluster, and again where slots are open or seem to be nobody's. */
  #watch(leastLooks = 1): Promise<SteadyCheck> {
    return steadyCheck({ leastLooks, read: async () => await readMoves(this.#connections, await this.read()), sleep }, LOOK_PAUSES_MS);
  }

  /** The state, where nodes are found by these names, too. */
  async #readNamed(names: readonly string[]): Promise<ClusterState> {
    return await withHostNames(await this.read(), names);
  }

  /** The same, with the moves that are under way. Takes about a second longer where slots are open, or seem to be nobody's. */
  async #readWithMoves(names: readonly string[]): Promise<{ readonly state: ClusterState; readonly moves: readonly MoveUnderWay[] }> {
    const { cluster, pictures } = await this.#watch();
    return { state: await withHostNames(cluster, names), moves: movesUnderWay(pictures) };
  }

  #readFrom(seeds: readonly Address[]): Promise<ClusterState> {
    return readCluster(this.#connections, seeds, this.#rules, this.#tls);
  }

  /** The plan, once the servers have been looked at: `states` describe all nodes of it. */
  #looked(plan: Plan, states: readonly ClusterState[], options: LookOptions = {}): Promise<Plan> {
    const nodes = new Map<string, AdminNode>();
    for (const state of states) {
      for (const node of state.nodes.values()) if (nodes.get(node.id)?.reachable !== true) nodes.set(node.id, node);
    }
    const views = new Map(states.flatMap((state) => [...state.views]));
    return preflight(this.#connections, plan, { nodes, views }, options);
  }

  /** What servers say that are to become nodes. Rejects with all that cannot. */
  async #readServers(addresses: readonly Address[]): Promise<ClusterState[]> {
    const read = await Promise.allSettled(addresses.map((address) => this.#readServer(address)));
    const failures = read.flatMap((one, index) => (one.status === 'rejected' ? [{ reason: one.reason as unknown, index }] : []));
    if (failures.length > 0) {
      const texts = failures.map(({ reason, index }) => whyNoNode(addresses[index], reason));
      throw new AdminError(`${texts.join('; ')}. Nothing was done`, { cause: failures[0]?.reason, reason: 'unreachable' });
    }
    return read.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  }

  #readServer(address: Address): Promise<ClusterState> {
    return readServer(this.#connections, address, this.#rules, this.#tls);
  }
}

function parsedAddress(address: string): Address {
  const parsed = parseAddress(address, DEFAULT_PORT);
  if (parsed === null) throw new AdminError(`expected host:port of a server, got ${addressText(address)}`);
  return parsed;
}

function onePicture(cluster: ClusterState): Pick<SteadyCheck, 'cluster' | 'problems'> {
  return { cluster, problems: checkCluster(cluster) };
}

checkCalls(ClusterAdmin, ADMIN_FORMS satisfies FormsOf<ClusterAdmin>);
