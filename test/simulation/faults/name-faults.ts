import type { NameAnswer } from '../network/network.js';
import type { Random } from '../time/random.js';
import type { Fault } from './fault.js';

/** Addresses of a machine on which nothing listens, and of none. */
const IDLE = '10.9.9.8';
const NOBODY = '10.9.9.9';

/** What resolvers answer of each host: first the truth, then what faults have put in its place. Such faults overlap, and end in any order. */
const answersOfNames = new WeakMap<ReadonlyMap<string, NameAnswer>, Map<string, NameAnswer[]>>();

function answersOf(names: ReadonlyMap<string, NameAnswer>, host: string): NameAnswer[] {
  const all = answersOfNames.get(names) ?? new Map<string, NameAnswer[]>();
  answersOfNames.set(names, all);
  const truth = names.get(host);
  const answers = all.get(host) ?? (truth === undefined ? [] : [truth]);
  all.set(host, answers);
  return answers;
}

function resolved(name: string, answer: (before: readonly string[], random: Random) => NameAnswer): Fault {
  return {
    name,
    needs: 'names',
    begin: ({ network }, random) => {
      const { names } = network;
      network.losePower(NOBODY);
      const known = [...names].flatMap(([host, addresses]) => (Array.isArray(addresses) ? [host] : []));
      if (known.length === 0) return () => undefined;
      const host = random.pick(known);
      const answers = answersOf(names, host);
      const [truth = []] = answers;
      const given = answer(truth as readonly string[], random);
      answers.push(given);
      names.set(host, given);
      return () => {
        answers.splice(answers.indexOf(given), 1);
        names.set(host, answers.at(-1) ?? truth);
      };
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
