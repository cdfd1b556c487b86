import { OptionsError } from '../../errors.js';
import { type AccessOptions, checkAccess } from '../../options/access.js';
import { checkCalls, type FormsOf } from '../../options/call-form.js';
import { checkTopology } from '../../options/check-topology.js';
import type { TopologyOptions } from '../../options/topology.js';
import { shape } from '../../options/validate.js';
import { AdminError } from '../admin-error.js';
import { ADMIN_CHECKS } from '../admin-options.js';
import { clientOf, setReach } from '../reach.js';
import type { ReportOptions, TopologyAdmin, TopologyReport } from '../topology-report.js';
import { RING_FORMS } from './call-forms.js';
import { KeyStore, type StoreAccess } from './key-store.js';
import { lookBefore } from './look-before.js';
import { MOST_STRAYS, type MovePlan, planMove, type Weights } from './move-plan.js';
import { moveRights, refuseMissingRights } from './move-rights.js';
import { MoveRun, type RingMoveOptions, type RingMoveOutcome } from './move-run.js';
import { readRing } from './read-ring.js';
import { checkRing, type RingReport } from './ring-report.js';
import { RingServers } from './ring-servers.js';
import { sampleSource } from './sample-source.js';

/** Options of a `RingAdmin`: of the client's options those that say how to reach servers, and where keys are. */
export interface RingAdminOptions extends StoreAccess {
  /** Where the keys are now: a ring, or one group of servers whose keys are to be spread. */
  readonly topology: TopologyOptions;
  /** Where they are to go: another ring, a cluster, or one group of servers. */
  readonly to?: TopologyOptions;
  /** How the servers of `to` are reached. Default: as the others. */
  readonly toAccess?: AccessOptions;
}

export interface MovePlanOptions {
  /** Keys of each source that are looked at. Default 10,000. */
  readonly samples?: number;
  /** Signal to look at no more keys. */
  readonly stop?: AbortSignal;
}

const DEFAULT_SAMPLES = 10_000;
const DEFAULT_CONNECT_MS = 5_000;

const { nodes: _, ...ACCESS } = ADMIN_CHECKS;
const checkRingAdmin = shape(
  { ...ACCESS, topology: checkTopology, to: checkTopology, toAccess: checkAccess },
  'an object of options such as { topology: ring([…]), to: cluster([…]) }',
);

/**
 * Administration of a ring of independent servers: checks whether keys are where the placement puts them, and moves them to another ring or
 * to a cluster while clients use them.
 *
 * @example
 * await using admin = new RingAdmin({ topology: ring(['10.0.0.1', '10.0.0.2']), to: cluster(['10.0.0.5']) });
 * const outcome = await admin.run(await admin.planMove());
 */
export class RingAdmin implements TopologyAdmin {
  readonly kind = 'ring';
  readonly #from: KeyStore;
  readonly #to: KeyStore | null;
  readonly #servers: RingServers;
  readonly #connectMs: number;

  constructor(given: RingAdminOptions) {
    const { topology, to, toAccess, ...access } = checkRingAdmin(given, 'options');
    if (topology === undefined)
      throw new OptionsError('options.topology', 'ring(…), or single(…), replication(…) or sentinel(…)', topology);
    if (topology.kind === 'cluster') {
      throw new OptionsError(
        'options.topology',
        'expected servers that are no cluster: slots move with ClusterAdmin, slotwise cluster reshard',
      );
    }
    if (topology.kind === 'endpoints') throw behindProxies('options.topology');
    if (to?.kind === 'endpoints') throw behindProxies('options.to');
    this.#connectMs = access.connectTimeoutMs ?? DEFAULT_CONNECT_MS;
    this.#from = new KeyStore(topology, access);
    this.#servers = new RingServers(topology, access);
    setReach(this, (row) => clientOf(this.#servers, row));
    this.#to = to === undefined ? null : new KeyStore(to, { ...access, ...toAccess });
  }

  /** What would move, from whom to whom, by samples of the keys. */
  async planMove(
    options: MovePlanOptions & Pick<RingMoveOptions, 'keysPerSecond' | 'bytesPerSecond' | 'strays' | 'via'> = {},
  ): Promise<MovePlan> {
    const { samples = DEFAULT_SAMPLES, stop, keysPerSecond = null, bytesPerSecond = null, strays = false, via = 'migrate' } = options;
    const [from, to] = await this.#both();
    const [notes, rights] = await Promise.all([lookBefore(from, to, via === 'migrate'), moveRights(from, to, via)]);
    const sources = await Promise.all(from.members.map((source) => sampleSource(source, { from, to }, { most: samples, stop })));
    if (stop?.aborted === true) throw new AdminError('stopped while the keys were looked at. Nothing was done');
    return planMove(sources, {
      weights: { from: weightsOf(from), to: weightsOf(to) },
      limits: { keysPerSecond, bytesPerSecond },
      strays,
      notes: [...notes, ...rights.map(({ text }) => text)],
    });
  }

  /**
   * Moves the keys, whichever the plan has sampled. It may be run again after any end: what has moved is not there any more. Keys that a
   * client writes by the old placement meanwhile are moved, too, as long as the run goes on.
   */
  async run(plan: MovePlan, options: RingMoveOptions = {}): Promise<RingMoveOutcome> {
    if (plan.strayShare > MOST_STRAYS && options.strays !== true) {
      throw new AdminError(
        `${Math.round(plan.strayShare * 100)} % of the keys are not where the old placement puts them: it is hardly that of the services, which would not find what moves. Mend it, or move them all the same with strays: true (--strays)`,
      );
    }
    const [from, to] = await this.#both();
    if (plan.totalKeys > 0) refuseMissingRights(await moveRights(from, to, options.via ?? 'migrate'));
    return await new MoveRun(from, to, options).run(plan.totalKeys);
  }

  /** The members, and what is wrong with them and with their keys, of which `samples` are looked at in each. Default 10,000. */
  async check({ samples = DEFAULT_SAMPLES, stop }: MovePlanOptions = {}): Promise<RingReport> {
    await this.#from.connect(this.#connectMs);
    const members = await readRing(this.#from, { most: samples, stop });
    return { members, problems: checkRing(members) };
  }

  /** The servers of all members, with what is wrong with them; `check()` looks at their keys. Of one group, its own report. */
  async report(options: ReportOptions = {}): Promise<TopologyReport> {
    return await this.#servers.report(options);
  }

  close(): void {
    this.#from.close();
    this.#servers.close();
    this.#to?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  async #both(): Promise<readonly [from: KeyStore, to: KeyStore]> {
    if (this.#to === null) throw new OptionsError('options.to', 'ring(…), cluster(…) or the like', undefined);
    await Promise.all([this.#from.connect(this.#connectMs), this.#to.connect(this.#connectMs)]);
    this.#from.expectAll();
    this.#to.expectAll();
    return [this.#from, this.#to];
  }
}

function behindProxies(path: string): OptionsError {
  return new OptionsError(path, 'expected the servers themselves, such as ring(…): proxies neither scan keys nor send them');
}

function weightsOf(store: KeyStore): Weights {
  return new Map(store.members.map((member) => [store.identityOf(member), member.weight]));
}

checkCalls(RingAdmin, RING_FORMS satisfies FormsOf<RingAdmin>);
