import { type CallForm, options, type Parameter, refuseArgument, required, value } from '../options/call-form.js';
import { checkSignal } from '../options/checks.js';
import {
  arrayOf,
  type Check,
  flag,
  func,
  integerBetween,
  milliseconds,
  nonEmptyString,
  oneOf,
  recordOf,
  refuseValue,
  shape,
} from '../options/validate.js';
import { SLOT_COUNT } from '../topology/slot-map.js';
import { checkRequest } from './plans/plan-json.js';
import { isStep } from './plans/steps.js';

const atLeastZero: Check<number> = (given, path) =>
  typeof given === 'number' && given >= 0 && given < Number.POSITIVE_INFINITY ? given : refuseValue(path, 'a number of 0 or more', given);
const checkNode = nonEmptyString;
const checkNodes = arrayOf(checkNode, "'all', or a list of nodes");
const checkSlotList = arrayOf(integerBetween(0, SLOT_COUNT - 1), "how many slots, a list of slots, or 'all'");
const checkCount = integerBetween(1, Number.MAX_SAFE_INTEGER);

/** Options without which a method has nothing to do. */
function all<T extends object>(check: Check<T>, names: readonly (keyof T & string)[]): Check<T> {
  return (given, path) => {
    const checked = check(given, path);
    for (const name of names) if (checked[name] === undefined) refuseValue(`${path}.${name}`, 'a value', undefined);
    return checked;
  };
}

const LOOK = { skipLarger: integerBetween(0, Number.MAX_SAFE_INTEGER), stop: checkSignal };

const RESHARD = shape({
  from: (given, path) => (given === 'all' ? given : checkNodes(given, path)),
  to: checkNode,
  slots: (given, path) => (given === 'all' ? given : typeof given === 'number' ? checkCount(given, path) : checkSlotList(given, path)),
  ...LOOK,
});

const RUN = {
  stop: checkSignal,
  onStep: func(),
  onProgress: func(),
  onNote: func(),
  settleMs: milliseconds(1),
  batch: checkCount,
  migrateTimeoutMs: integerBetween(1, 2 ** 31 - 1),
  replace: flag,
  waitReplicas: integerBetween(0, 1_000),
  parallel: integerBetween(1, 1_000),
  atomic: oneOf('auto', 'never'),
};

const node = value('node', 'a node: host:port, or its id', (given) => typeof given === 'string' && given !== '');
const checkPlan: NonNullable<Parameter['check']> = (given, place) => {
  const steps = typeof given === 'object' && given !== null && 'steps' in given ? given.steps : null;
  if (!Array.isArray(steps) || !steps.every(isStep)) {
    return refuseArgument(place, 'plan', 'a plan of planReshard() and the like, or of planFromJson()', given);
  }
  const { request } = given as { readonly request?: unknown };
  if (request !== undefined) checkRequest(request, 'plan.request');
  return given;
};
const isAddress = (given: unknown): boolean => typeof given === 'object' && given !== null && ('host' in given || 'path' in given);

/** How the methods of `ClusterAdmin` are called. */
export const ADMIN_FORMS = {
  read: { form: 'read()', parameters: [], refuses: 'rejects' },
  check: { form: 'check()', parameters: [], refuses: 'rejects' },
  examine: { form: 'examine()', parameters: [], refuses: 'rejects' },
  report: { form: 'report({ steady })', parameters: [options({ steady: flag })], refuses: 'rejects' },
  planCreate: { form: 'planCreate({ replicas })', parameters: [options({ replicas: integerBetween(0, 1_000) })], refuses: 'rejects' },
  planAddNode: {
    form: 'planAddNode(address, { replicaOf })',
    parameters: [{ ...node, name: 'address' }, options({ replicaOf: checkNode })],
    refuses: 'rejects',
  },
  planDelNode: { form: 'planDelNode(node)', parameters: [node], refuses: 'rejects' },
  planReplicate: { form: 'planReplicate(node, primary)', parameters: [node, { ...node, name: 'primary' }], refuses: 'rejects' },
  planForget: { form: 'planForget(node)', parameters: [node], refuses: 'rejects' },
  planFailover: {
    form: 'planFailover(replica, { mode })',
    parameters: [{ ...node, name: 'replica' }, options({ mode: oneOf('coordinated', 'force', 'takeover') })],
    refuses: 'rejects',
  },
  planReshard: {
    form: 'planReshard({ from, to, slots, skipLarger, stop })',
    parameters: [required(options(all(RESHARD, ['from', 'to', 'slots'])))],
    refuses: 'rejects',
  },
  planRebalance: {
    form: 'planRebalance({ weights, thresholdPercent, useEmpty, skipLarger, stop })',
    parameters: [options({ weights: recordOf(atLeastZero, 'weights by node'), thresholdPercent: atLeastZero, useEmpty: flag, ...LOOK })],
    refuses: 'rejects',
  },
  planFix: {
    form: 'planFix({ takeUnreachable, duplicates, back })',
    parameters: [options({ takeUnreachable: flag, duplicates: oneOf('refuse', 'owner', 'other'), back: flag })],
    refuses: 'rejects',
  },
  run: {
    form: 'run(plan, { stop, onStep, onProgress, onNote, settleMs, batch, migrateTimeoutMs, replace, waitReplicas, parallel, atomic })',
    parameters: [{ name: 'plan', optional: false, check: checkPlan }, options(RUN)],
    refuses: 'rejects',
  },
  info: {
    form: 'info({ host, port }, section)',
    parameters: [
      value('address', 'an address, { host, port }', isAddress),
      value('section', 'the name of a section', (given) => typeof given === 'string'),
    ],
    refuses: 'rejects',
  },
  close: { form: 'close()', parameters: [], refuses: 'throws' },
} satisfies Readonly<Record<string, CallForm>>;
