import { addressKey } from '../../options/address.js';
import { AdminError } from '../admin-error.js';
import type { ServerKind, TopologyKind } from './server-kind.js';

/** Which server mode the servers of a topology run in; of a group of sentinels the sentinels. */
const MODES: Readonly<Record<TopologyKind, ServerKind['mode']>> = {
  single: 'standalone',
  replication: 'standalone',
  sentinel: 'sentinel',
  cluster: 'cluster',
  ring: 'standalone',
};

const NOUNS: Readonly<Record<ServerKind['mode'], string>> = {
  standalone: 'a server without cluster mode',
  sentinel: 'a Sentinel',
  cluster: 'a node of a cluster',
};

/** The topology that servers of a mode belong to. */
export const TOPOLOGY_OF = { standalone: 'replication', sentinel: 'sentinel', cluster: 'cluster' } as const satisfies Record<
  ServerKind['mode'],
  TopologyKind
>;

/** Throws where a server runs in another mode than those of the topology that was meant. */
export function refuseOtherKind({ address, mode, role }: ServerKind, meant: TopologyKind): void {
  if (mode === MODES[meant]) return;
  const name = addressKey(address);
  const noun = mode === 'standalone' && role !== null ? `a ${role} without cluster mode` : NOUNS[mode];
  const advice = `slotwise info ${name} shows what there is, and slotwise ${TOPOLOGY_OF[mode]} has the commands for it`;
  throw new AdminError(`${name} is ${noun}, not ${NOUNS[MODES[meant]]}: ${advice}`, { node: name, reason: 'unreachable' });
}
