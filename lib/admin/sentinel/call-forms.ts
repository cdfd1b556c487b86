import { checkAccess } from '../../options/access.js';
import { type CallForm, options, value } from '../../options/call-form.js';
import { type Check, flag, integerBetween, nonEmptyString, recordOf, refuseValue, shape } from '../../options/validate.js';
import { ADMIN_CHECKS } from '../admin-options.js';
import { isPlanOf, isRecord, READING, RUN, server } from '../replication/call-forms.js';
import { SENTINEL_STEPS } from './steps.js';

const text: Check<string> = (given, path) => (typeof given === 'string' ? given : refuseValue(path, 'text', given));

function isSettings(given: unknown): boolean {
  return (
    isRecord(given) &&
    !Array.isArray(given) &&
    Object.keys(given).length > 0 &&
    Object.values(given).every((each) => typeof each === 'string')
  );
}

/** How the methods of `SentinelAdmin` are called. */
export const SENTINEL_FORMS = {
  ...READING,
  ckquorum: { form: 'ckquorum()', parameters: [], refuses: 'rejects' },
  planFailover: { form: 'planFailover({ coordinated })', parameters: [options({ coordinated: flag })], refuses: 'rejects' },
  planReset: { form: 'planReset()', parameters: [], refuses: 'rejects' },
  planRemove: { form: 'planRemove()', parameters: [], refuses: 'rejects' },
  planSet: {
    form: "planSet({ 'down-after-milliseconds': '5000' })",
    parameters: [value('settings', 'values by the names of settings', isSettings)],
    refuses: 'rejects',
  },
  planMonitor: {
    form: 'planMonitor(primary, { quorum, settings })',
    parameters: [
      { ...server, name: 'primary' },
      options({ quorum: integerBetween(1, 1_000), settings: recordOf(text, 'values by the names of settings') }),
    ],
    refuses: 'rejects',
  },
  run: {
    form: 'run(plan, { stop, onStep, onNote })',
    parameters: [value('plan', 'a plan of a SentinelAdmin', isPlanOf(SENTINEL_STEPS, ['command'])), options(RUN)],
    refuses: 'rejects',
  },
} satisfies Readonly<Record<string, CallForm>>;

/** The options of a `SentinelAdmin`. */
export const checkSentinelAdmin = shape(
  { ...ADMIN_CHECKS, name: nonEmptyString, sentinel: checkAccess },
  'an object of options such as { nodes: ["10.0.0.1:26379"], name: "mymaster" }',
);
