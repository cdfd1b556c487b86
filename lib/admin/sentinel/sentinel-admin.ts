import { OptionsError } from '../../errors.js';
import type { AccessOptions } from '../../options/access.js';
import { type Address, addressKey, parseAddress } from '../../options/address.js';
import { checkCalls, type FormsOf } from '../../options/call-form.js';
import { resolveOptions } from '../../options/resolve.js';
import { addressText } from '../../options/secrets.js';
import { seedsOf, sentinel } from '../../options/topology.js';
import { NodeRules } from '../../topology/node-rules.js';
import { AdminError } from '../admin-error.js';
import { type AdminOptions, CLIENT_NAME } from '../admin-options.js';
import { majorityOf } from '../health/majority.js';
import { readFacts } from '../health/node-facts.js';
import { wantsPassword } from '../health/passwords.js';
import type { Problem } from '../health/problem.js';
import { askServerKind } from '../health/server-kind.js';
import { refuseOtherKind } from '../health/wrong-kind.js';
import { lastingReport } from '../lasting-report.js';
import { NodeConnections } from '../node-connections.js';
import { setReach } from '../reach.js';
import { count } from '../slot-list.js';
import type { ReportOptions, TopologyAdmin, TopologyReport } from '../topology-report.js';
import { checkSentinelAdmin, SENTINEL_FORMS } from './call-forms.js';
import { checkGroup } from './check-group.js';
import { groupRows } from './group-rows.js';
import { planSentinelFailover } from './plan-failover.js';
import { planReset } from './plan-reset.js';
import { type NewPrimary, planMonitor, planRemove, planSet } from './plan-settings.js';
import { type GroupAccess, nameOfGroup, readGroup, readSentinels } from './read-group.js';
import { withRights } from './rights.js';
import { type SentinelOutcome, SentinelRun, type SentinelRunOptions } from './run-steps.js';
import type { SentinelGroupState } from './sentinel-group.js';
import { type GroupSettings, isSameSentinelPlan, type SentinelPlan, type SentinelRequest } from './steps.js';

/** Options of a `SentinelAdmin`. The login and TLS are those of the data servers. */
export interface SentinelAdminOptions extends AdminOptions {
  /** Any sentinels, as `host:port` (default port 26379). `monitor` begins at all of these. */
  readonly nodes: readonly string[];
  /** Name of the group in the sentinels' configuration. Default: the only one that they watch. */
  readonly name?: string;
  /** How to reach the sentinels themselves; they get no login of the data servers. Default: no login, no TLS. */
  readonly sentinel?: AccessOptions;
}

/** What one sentinel says about whether a failover can be decided on. */
export interface QuorumAnswer {
  readonly sentinel: string;
  readonly ok: boolean;
  readonly text: string;
}

const DEFAULT_PORT = 6379;

/**
 * Administration of a group that sentinels watch: reads and checks it, and changes it by plans that can be shown before they run.
 *
 * @example
 * await using admin = new SentinelAdmin({ nodes: ['10.0.0.1:26379'], name: 'mymaster' });
 * const outcome = await admin.run(await admin.planFailover());
 */
export class SentinelAdmin implements TopologyAdmin {
  readonly kind = 'sentinel';
  readonly #access: GroupAccess & { readonly sentinels: NodeConnections; readonly data: NodeConnections };
  readonly #seeds: readonly Address[];
  #name: string | null;

  constructor(given: SentinelAdminOptions) {
    const { nodes, name, sentinel: own = {}, ...access } = checkSentinelAdmin(given, 'options');
    if (nodes === undefined) throw new OptionsError('options.nodes', 'host:port of sentinels', nodes);
    // A name is needed there, and is found out later.
    const topology = sentinel(nodes, name ?? 'group', own);
    const common = { clientName: CLIENT_NAME, topology };
    const data = resolveOptions({ ...common, ...access });
    const { connectTimeoutMs, addressMap, allowedAddresses } = data;
    const reach = {
      connectTimeoutMs,
      ...(addressMap === null ? {} : { addressMap }),
      ...(allowedAddresses === null ? {} : { allowedAddresses }),
    };
    const ofSentinels = topology.kind === 'sentinel' ? topology.access : own;
    this.#access = {
      data: new NodeConnections(data),
      sentinels: new NodeConnections(resolveOptions({ ...common, ...reach, ...ofSentinels })),
      rules: new NodeRules(data),
    };
    setReach(this, ({ role }) => (role === 'sentinel' ? this.#access.sentinels : this.#access.data));
    this.#seeds = seedsOf(topology);
    this.#name = name ?? null;
  }

  /** Every sentinel and every data server of the group now, with what the ones say of the others. */
  async read(): Promise<SentinelGroupState> {
    return await readGroup(this.#access, this.#seeds, await this.#group());
  }

  async check(): Promise<Problem[]> {
    return checkGroup(await this.read());
  }

  async report({ steady = false }: ReportOptions = {}): Promise<TopologyReport> {
    return steady ? await lastingReport(() => this.#look()) : await this.#look();
  }

  /** Whether a failover could be decided on, in the judgement of each sentinel that answers. */
  async ckquorum(): Promise<QuorumAnswer[]> {
    const { sentinels } = await this.read();
    return sentinels.map(({ name, replies, problem }): QuorumAnswer => {
      if (replies === null) return { sentinel: name, ok: false, text: `it cannot be asked: ${problem}` };
      return { sentinel: name, ...(replies.ckquorum ?? { ok: false, text: 'it does not watch the group' }) };
    });
  }

  /** `coordinated`: the primary hands over its writes first (Valkey 9). Default: where the sentinels know that. */
  async planFailover({ coordinated }: { readonly coordinated?: boolean } = {}): Promise<SentinelPlan> {
    return await this.#allowed(planSentinelFailover(await this.read(), coordinated ?? null));
  }

  /** The sentinels forget the sentinels and replicas that are gone. */
  async planReset(): Promise<SentinelPlan> {
    return await this.#allowed(planReset(await this.read()));
  }

  /** The sentinels watch the group no longer. */
  async planRemove(): Promise<SentinelPlan> {
    return await this.#allowed(planRemove(await this.read()));
  }

  /** All sentinels get these settings, by the names of SENTINEL SET: `{ 'down-after-milliseconds': '5000' }`. */
  async planSet(settings: GroupSettings): Promise<SentinelPlan> {
    return await this.#allowed(planSet(await this.read(), settings));
  }

  /** The sentinels of `nodes` watch `primary`, host:port, under `name`. `quorum`: default: more than half of them. */
  async planMonitor(
    primary: string,
    { quorum, settings = {} }: { readonly quorum?: number; readonly settings?: GroupSettings } = {},
  ): Promise<SentinelPlan> {
    if (this.#name === null) throw new OptionsError('options.name', 'the name that the group is to have', undefined);
    const name = this.#name;
    const address = parseAddress(primary, DEFAULT_PORT);
    if (address === null || 'path' in address) throw new AdminError(`expected host:port of the primary, got ${addressText(primary)}`);
    const [sentinels, server] = await Promise.all([readSentinels(this.#access, this.#seeds, name), this.#newPrimary(address)]);
    if (sentinels.every(({ replies }) => replies === null)) {
      const failures = sentinels.map((each) => `${each.name}: ${each.problem}`);
      throw new AdminError(`no Sentinel could be asked: ${failures.join('; ')}`, { reason: 'unreachable' });
    }
    const answering = sentinels.filter(({ replies }) => replies !== null).length;
    return await this.#allowed(planMonitor(name, sentinels, server, { quorum: quorum ?? majorityOf(answering), settings }));
  }

  /** Carries a plan out, if it would still be made as it is. */
  async run(plan: SentinelPlan, options: SentinelRunOptions = {}): Promise<SentinelOutcome> {
    if (plan.steps.length > 0 && !isSameSentinelPlan(plan, await this.#planOf(plan.request))) {
      throw new AdminError('the Sentinels have changed since the plan was made: make it again', { reason: 'changed', executed: 'no' });
    }
    return await new SentinelRun(this.#access.sentinels, () => readGroup(this.#access, this.#seeds, plan.group), options).run(plan);
  }

  close(): void {
    this.#access.sentinels.close();
    this.#access.data.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  #allowed(plan: SentinelPlan): Promise<SentinelPlan> {
    return withRights(this.#access.sentinels, plan);
  }

  #planOf(request: SentinelRequest): Promise<SentinelPlan> {
    switch (request.command) {
      case 'failover':
        return this.planFailover(request.coordinated === null ? {} : { coordinated: request.coordinated });
      case 'reset':
        return this.planReset();
      case 'remove':
        return this.planRemove();
      case 'set':
        return this.planSet(request.settings);
      case 'monitor':
        return this.planMonitor(request.primary, { quorum: request.quorum, settings: request.settings });
      default:
        return request satisfies never;
    }
  }

  async #look(): Promise<TopologyReport> {
    const group = await this.read();
    const servers = group.tree?.servers.length ?? 0;
    const title = `group ${group.name}: ${count(servers, 'server')}, ${count(group.sentinels.length, 'Sentinel')}`;
    return { kind: this.kind, title, rows: groupRows(group), problems: checkGroup(group), jobs: [] };
  }

  async #group(): Promise<string> {
    this.#name ??= await nameOfGroup(this.#access, this.#seeds, null);
    return this.#name;
  }

  async #newPrimary(address: { readonly host: string; readonly port: number }): Promise<NewPrimary> {
    const reached = this.#access.rules.address(address);
    if (reached === null) throw new AdminError(`${addressKey(address)} is refused by allowedAddresses`);
    const kind = await askServerKind(this.#access.data, reached);
    refuseOtherKind(kind, 'replication');
    return { ...address, role: kind.role, wantsPassword: wantsPassword(await readFacts(this.#access.data, reached)) };
  }
}

checkCalls(SentinelAdmin, SENTINEL_FORMS satisfies FormsOf<SentinelAdmin>);
