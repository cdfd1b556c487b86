import { type CallForm, optional, options, value } from '../../options/call-form.js';
import { checkSignal } from '../../options/checks.js';
import { flag, func, integerBetween } from '../../options/validate.js';

const MAX_MS = 2 ** 31 - 1;

/** A server as an argument. */
export const server = value('replica', 'a server: host:port', (given) => typeof given === 'string' && given !== '');
/** Options of a run. */
export const RUN = { stop: checkSignal, onStep: func(), onNote: func() };

/** A plan of the class whose steps these are. `request`: fields that it must have. */
export function isPlanOf(steps: readonly string[], request: readonly string[]): (given: unknown) => boolean {
  return (given) =>
    isRecord(given) &&
    Array.isArray(given.steps) &&
    given.steps.every((step: unknown) => isRecord(step) && steps.some((each) => each === step.do)) &&
    isRecord(given.request) &&
    request.every((name) => name in (given.request as object));
}

export function isRecord(given: unknown): given is Readonly<Record<string, unknown>> {
  return typeof given === 'object' && given !== null;
}

/** How the methods are called that every topology besides a cluster has. */
export const READING = {
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
