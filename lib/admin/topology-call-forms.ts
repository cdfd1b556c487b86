import { checkAccess } from '../options/access.js';
import { type CallForm, optional, options, value } from '../options/call-form.js';
import { checkSignal } from '../options/checks.js';
import { type Check, flag, func, integerBetween, nonEmptyString, recordOf, refuseValue, shape } from '../options/validate.js';
import { ADMIN_CHECKS } from './call-forms.js';
import { SENTINEL_STEPS } from './sentinel/steps.js';

const MAX_MS = 2 ** 31 - 1;

const server = value('replica', 'a server: host:port', (given) => typeof given === 'string' && given !== '');
const RUN = { stop: checkSignal, onStep: func(), onNote: func() };

/** A plan of the class whose steps these are. `request`: fields that it must have. */
function isPlanOf(steps: readonly string[], request: readonly string[]): (given: unknown) => boolean {
  return (given) =>
    isRecord(given) &&
    Array.isArray(given.steps) &&
    given.steps.every((step: unknown) => isRecord(step) && steps.some((each) => each === step.do)) &&
    isRecord(given.request) &&
    request.every((name) => name in (given.request as object));
}

function isRecord(given: unknown): given is Readonly<Record<string, unknown>> {
  return typeof given === 'object' && given !== null;
}

const text: Check<string> = (given, path) => (typeof given === 'string' ? given : refuseValue(path, 'text', given));

function isSettings(given: unknown): boolean {
  return (
    isRecord(given) &&
    !Array.isArray(given) &&
    Object.keys(given).length > 0 &&
    Object.values(given).every((each) => typeof each === 'string')
  );
}

const READING = {
  read: { form: 'read()', parameters: [], refuses: 'rejects' },
  check: { form: 'check()', parameters: [], refuses: 'rejects' },
  report: { form: 'report({ steady })', parameters: [options({ steady: flag })], refuses: 'rejects' },
  close: { form: 'close()', parameters: [], refuses: 'throws' },
} satisfies Readonly<Record<string, CallForm>>;

/** How the methods of `ReplicationAdmin` are called. */
export const REPLICATION_FORMS = {
  ...READING,
  planFailover: {
    form: 'planFailover(replica, { timeoutMs, force, rewrite })',
    parameters: [optional(server), options({ timeoutMs: integerBetween(1, MAX_MS), force: flag, rewrite: flag })],
    refuses: 'rejects',
  },
  run: {
    form: 'run(plan, { stop, onStep, onNote })',
    parameters: [value('plan', 'a plan of planFailover()', isPlanOf(['handover', 'follow', 'rewrite'], ['replica'])), options(RUN)],
    refuses: 'rejects',
  },
} satisfies Readonly<Record<string, CallForm>>;

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
