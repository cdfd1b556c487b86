import { OptionsError } from '../../errors.js';
import type { Address } from '../../options/address.js';
import { arrayOf, type Check, flag, integerBetween, nonEmptyString, oneOf, recordOf, refuseValue, shape } from '../../options/validate.js';
import { parseSlotsText, slotsText } from '../slot-list.js';
import { type NodeRef, namesStep, type Plan, type PlanRequest, type PlanStep, STEP_FIELDS } from './steps.js';

/** A step with node ids instead of nodes, and slots as text. */
type StepJson = { readonly do: string } & Readonly<Record<string, unknown>>;

/** A plan for a file: nodes once, by their ids; slots as `0-99,104`. */
export interface PlanJson {
  readonly title: string;
  readonly notes: readonly string[];
  readonly nodes: Readonly<Record<string, Omit<NodeRef, 'id'>>>;
  readonly steps: readonly StepJson[];
  readonly request?: PlanRequest;
}

export function planToJson({ title, notes, steps, request }: Plan): PlanJson {
  const nodes: Record<string, Omit<NodeRef, 'id'>> = {};
  const idOf = ({ id, name, address, peer }: NodeRef): string => {
    nodes[id] = { name, address, peer };
    return id;
  };
  const shown: Readonly<Record<string, (value: never) => unknown>> = {
    node: idOf,
    nodes: (list: readonly NodeRef[]) => list.map(idOf),
    slots: (slots: readonly number[]) => slotsText(slots),
  };
  const stepsShown = steps.map((step): StepJson => {
    const kinds: Readonly<Record<string, string>> = STEP_FIELDS[step.do];
    const fields = Object.entries(step).map(([name, value]: [string, unknown]) => {
      return [name, shown[kinds[name] ?? '']?.(value as never) ?? value]; // the table says which type a field has
    });
    return { do: step.do, ...Object.fromEntries(fields) };
  });
  return { title, notes, nodes, steps: stepsShown, ...(request === undefined ? {} : { request }) };
}

const checkPort = integerBetween(0, 65_535);
const checkAddress: Check<Address | null> = (given, path) => {
  if (given === null) return null;
  const { host, port, path: file } = shape({ host: nonEmptyString, port: checkPort, path: nonEmptyString })(given, path);
  if (file !== undefined) return { path: file };
  return host === undefined || port === undefined ? refuseValue(path, 'an address, { host, port }', given) : { host, port };
};
const checkPeer: Check<NodeRef['peer']> = (given, path) => {
  const host: Check<string> = (value, at) => (typeof value === 'string' ? value : refuseValue(at, 'a host', value));
  const peer = shape({ host, port: checkPort, busPort: checkPort })(given, path);
  return {
    host: needed(peer.host, `${path}.host`, 'a host'),
    port: needed(peer.port, `${path}.port`, 'a port'),
    busPort: needed(peer.busPort, `${path}.busPort`, 'a port'),
  };
};
const checkNode: Check<Omit<NodeRef, 'id'>> = (given, path) => {
  const { name, address = null, peer } = shape({ name: nonEmptyString, address: checkAddress, peer: checkPeer })(given, path);
  return { name: needed(name, `${path}.name`, 'a name'), address, peer: needed(peer, `${path}.peer`, 'an object') };
};
const checkSlots: Check<number[]> = (given, path) =>
  (typeof given === 'string' ? parseSlotsText(given) : null) ?? refuseValue(path, 'slots such as 0-99,104', given);
const checkText: Check<string> = (given, path) => (typeof given === 'string' ? given : refuseValue(path, 'a text', given));
const checkSlotsText: Check<string> = (given, path) => slotsText(checkSlots(given, path));
const checkDuplicates = oneOf('refuse', 'owner', 'other');
const checkMode = oneOf('coordinated', 'force', 'takeover');

/** The fields of each request; all of them are needed. */
const REQUESTS: { readonly [Command in PlanRequest['command']]: Readonly<Record<string, Check<unknown>>> } = {
  create: { nodes: arrayOf(nonEmptyString, 'a list of addresses'), replicas: integerBetween(0, 1_000) },
  'add-node': { address: nonEmptyString, replicaOf: (given, path) => (given === null ? null : nonEmptyString(given, path)) },
  replicate: { node: nonEmptyString, primary: nonEmptyString },
  'del-node': { node: nonEmptyString },
  forget: { node: nonEmptyString },
  failover: { node: nonEmptyString, mode: checkMode },
  reshard: { moves: arrayOf(checkMove, 'a list of moves') },
  rebalance: {
    moves: arrayOf(checkMove, 'a list of moves'),
    totals: recordOf(integerBetween(0, 16_384), 'numbers of slots by node id'),
    useEmpty: flag,
  },
  fix: { takeUnreachable: flag, duplicates: checkDuplicates, back: flag },
};

function checkMove(given: unknown, path: string): unknown {
  return checkAll({ from: nonEmptyString, to: nonEmptyString, slots: checkSlotsText }, given, path);
}

export const checkRequest: Check<PlanRequest> = (given, path) => {
  const command: unknown = typeof given === 'object' && given !== null && 'command' in given ? given.command : undefined;
  if (typeof command !== 'string' || !Object.hasOwn(REQUESTS, command)) {
    return refuseValue(`${path}.command`, `one of ${Object.keys(REQUESTS).join(', ')}`, command);
  }
  const fields = REQUESTS[command as PlanRequest['command']];
  return checkAll({ command: nonEmptyString, ...fields }, given, path) as unknown as PlanRequest; // by the table of its command
};

/** Checks an object that must have all of these fields. */
function checkAll(fields: Readonly<Record<string, Check<unknown>>>, given: unknown, path: string): Readonly<Record<string, unknown>> {
  const checked = shape(fields)(given, path);
  for (const name of Object.keys(fields)) needed(checked[name], `${path}.${name}`, 'a value');
  return checked;
}

function needed<T>(value: T | undefined, path: string, expected: string): T {
  return value === undefined ? refuseValue(path, expected, value) : value;
}

/** The plan that `planToJson` has made JSON of. Throws an `OptionsError` that names what is wrong. */
export function planFromJson(given: unknown): Plan {
  if (typeof given === 'string') throw new OptionsError('plan', 'expected what planToJson returned, got a text: JSON.parse it first');
  const checkStep: Check<unknown> = (step) => step;
  const json = shape(
    {
      title: checkText,
      notes: arrayOf(checkText, 'a list of texts'),
      nodes: recordOf(checkNode, 'nodes by id'),
      steps: arrayOf(checkStep, 'a list of steps'),
      request: checkRequest,
    },
    'a plan, { title, notes, nodes, steps }',
    'field',
  )(given, 'plan');
  const nodes = needed(json.nodes, 'plan.nodes', 'nodes by id');
  const node: Check<NodeRef> = (id, path) => {
    const known = typeof id === 'string' && Object.hasOwn(nodes, id) ? nodes[id] : undefined;
    return typeof id === 'string' && known !== undefined ? { id, ...known } : refuseValue(path, 'the id of a node in plan.nodes', id);
  };
  const fieldChecks: Readonly<Record<string, Check<unknown>>> = {
    node,
    nodes: arrayOf(node, 'a list of node ids'),
    slots: checkSlots,
    epoch: integerBetween(0, Number.MAX_SAFE_INTEGER),
    flag,
    duplicates: checkDuplicates,
    mode: checkMode,
  };
  const stepOf = (step: unknown, path: string): PlanStep => {
    if (!namesStep(step)) return refuseValue(path, `a step: { do } is one of ${Object.keys(STEP_FIELDS).join(', ')}`, step);
    const fields = Object.entries(STEP_FIELDS[step.do]).flatMap(([name, kind]: [string, string]) => {
      const check = fieldChecks[kind];
      return check === undefined ? [] : [[name, check] as const];
    });
    return checkAll({ do: nonEmptyString, ...Object.fromEntries(fields) }, step, path) as unknown as PlanStep; // by the table of its kind
  };
  return {
    title: needed(json.title, 'plan.title', 'a text'),
    notes: json.notes ?? [],
    steps: needed(json.steps, 'plan.steps', 'a list of steps').map((step, index) => stepOf(step, `plan.steps[${index}]`)),
    ...(json.request === undefined ? {} : { request: json.request }),
  };
}
