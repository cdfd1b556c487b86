import { CLIENT } from '../network/network.js';
import { anyProcess, type Fault } from './fault.js';

/** What happens to the ways between hosts. */
export const networkFaults: readonly Fault[] = [
  {
    name: 'cut between client and server',
    begin: (world, random) => {
      const { network } = world;
      const { host } = anyProcess(world, random);
      network.cut(CLIENT, host);
      network.cut(host, CLIENT);
      return () => {
        network.heal(CLIENT, host);
        network.heal(host, CLIENT);
      };
    },
  },
];
