import type { NameAnswer } from '../network/network.js';
import type { Random } from '../time/random.js';
import type { Fault } from './fault.js';

/** Addresses of a machine on which nothing listens, and of none. */
const IDLE = '10.9.9.8';
const NOBODY = '10.9.9.9';

function resolved(name: string, answer: (before: readonly string[], random: Random) => NameAnswer): Fault {
  return {
    name,
    needs: 'names',
    begin: ({ network }, random) => {
      const { names } = network;
      network.losePower(NOBODY);
      const known = [...names].flatMap(([host, addresses]) => (Array.isArray(addresses) ? [{ host, addresses }] : []));
      if (known.length === 0) return () => undefined;
      const { host, addresses } = random.pick(known);
      names.set(host, answer(addresses, random));
      return () => void names.set(host, addresses);
    },
  };
}

/** What happens to the names of hosts. */
export const nameFaults: readonly Fault[] = [
  resolved('name is not found', () => ({ code: 'ENOTFOUND' })),
  resolved('resolver is overloaded', () => ({ code: 'EAI_AGAIN' })),
  resolved('resolver is silent', () => 'silence'),
  resolved('name leads elsewhere', (_, random) => [random.pick([IDLE, NOBODY])]),
  resolved('name has a second address', (before, random) => random.shuffled([...before, random.pick([IDLE, NOBODY])])),
];
