import type { Command } from '../command.js';
import { EXIT } from '../exit-code.js';
import { BOTH, BOUNDS, boundsOf, openBoth } from './open-ring.js';
import { movePlanJson, renderMovePlan } from './render-ring.js';

export const plan: Command = {
  name: 'ring plan',
  usage: '--from FILE --to FILE',
  what: 'Which part of the keys moves from whom to whom, by samples. Nothing is changed.',
  options: { ...BOTH, ...BOUNDS },
  words: [0, 0],
  async run(context) {
    const bounds = boundsOf(context.options);
    const admin = await openBoth(context);
    const made = await admin.planMove(bounds);
    return { code: EXIT.ok, text: renderMovePlan(made), json: { plan: movePlanJson(made) } };
  },
};
