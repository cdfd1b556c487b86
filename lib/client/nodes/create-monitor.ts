import type { Options } from '../../options/defaults.js';
import type { RingMember } from '../../options/topology.js';
import type { RingSlotting } from '../../routing/keys/ring-slotting.js';
import type { ControlConnections } from '../../topology/control/control-connections.js';
import { Monitor } from '../../topology/monitor.js';
import type { TopologyMonitor, TopologyMonitorOptions } from '../../topology/monitor-api.js';
import { infoOf } from '../../topology/replies.js';
import { createResolver } from '../../topology/resolver.js';
import type { Resolver, ResolverContext } from '../../topology/resolver-api.js';
import { RingMonitor } from '../../topology/ring/ring-monitor.js';
import type { NodeInfo } from '../../topology/snapshot.js';
import type { Emitter } from '../emitter.js';
import type { ClientEvents } from '../events.js';
import type { DeploymentBus } from './deployment-bus.js';
import type { FailureReports } from './failure-reports.js';
import type { SentinelAccess } from './sentinel-access.js';

/** What a client's monitor is made of. */
interface MonitorParts extends Pick<ResolverContext, 'rules'> {
  readonly failures: FailureReports;
  readonly bus: DeploymentBus;
  readonly options: Options;
  readonly control: ControlConnections;
  readonly sentinels: SentinelAccess;
  /** Null: the topology is no ring. */
  readonly ring: RingSlotting | null;
  readonly events: Emitter<ClientEvents>;
}

/** The monitor of a client's topology: of a ring one with a monitor for each member. */
export function createMonitor(parts: MonitorParts, listeners: TopologyMonitorOptions): Monitor | RingMonitor {
  const { options, control, sentinels, ring, rules, failures, bus, events } = parts;
  const { failed: report } = failures;
  const recovered = (source: string): void => failures.recovered(source);
  if (ring === null) {
    const resolver = createResolver(options, control, sentinels.connectionsFor(options.topology), { rules, report, recovered });
    const monitor = new Monitor(resolver, listeners);
    bus.on('refusedWrite', (key) => monitor.leave(key));
    return monitor;
  }
  const resolverOf = ({ name, topology }: RingMember): Resolver =>
    createResolver({ ...options, topology }, control, sentinels.connectionsFor(topology), {
      rules,
      report: (source, error) => report(`${name}: ${source}`, error),
      recovered: (source) => recovered(`${name}: ${source}`),
    });
  const flush = async ({ address }: NodeInfo): Promise<void> => {
    const replies = await control.send(address, [['SELECT', String(options.database)], ['FLUSHDB'], ['SELECT', '0']]);
    const failed = replies.find((reply) => reply instanceof Error);
    if (failed !== undefined) throw failed;
  };
  const processOf = async ({ address }: NodeInfo): Promise<string | null> => {
    const [info] = await control.send(address, [['INFO', 'server']]);
    return infoOf(info).get('run_id') ?? null;
  };
  const ejected = (member: string): void => events.emit('eject', { member });
  const returned = (member: string): void => events.emit('return', { member });
  return new RingMonitor(ring.topology, { ejected, returned, slots: ring, resolverOf, processOf, flush }, listeners);
}

/** The ring's monitor among them; null: the topology is no ring. */
export function ringMonitorOf(monitor: TopologyMonitor): RingMonitor | null {
  return monitor instanceof RingMonitor ? monitor : null;
}
