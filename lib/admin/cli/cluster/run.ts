import { jsonProblem } from '../../json-problem.js';
import { planFromJson } from '../../plans/plan-json.js';
import type { Plan } from '../../plans/steps.js';
import { carryOut } from '../carry-out.js';
import type { Command } from '../command.js';
import { MOVING, PLANNED } from '../common-options.js';
import { readGivenFile } from '../given-file.js';
import { UsageError } from '../usage-error.js';

export const run: Command = {
  name: 'cluster run',
  usage: 'HOST:PORT FILE',
  what: 'Carries out a plan that --dry-run --json has printed, unless the cluster has changed.',
  options: { ...MOVING, ...PLANNED },
  words: [2, 2],
  async run(context) {
    const [seed = '', path = ''] = context.words;
    const plan = planIn(path);
    return await carryOut(context, [seed], () => Promise.resolve(plan));
  },
};

/** The plan in a file: what --json prints, or the plan of it alone. */
function planIn(path: string): Plan {
  const text = readGivenFile(path, 'FILE').toString();
  const problem = jsonProblem(text);
  if (problem !== null) throw new UsageError(`${path} is not JSON: ${problem}`);
  const given: unknown = JSON.parse(text);
  return planFromJson(typeof given === 'object' && given !== null && 'plan' in given ? given.plan : given);
}
