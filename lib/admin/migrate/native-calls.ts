import { Pipeline } from '../../api/pipeline.js';
import { checkEvent } from '../../client/events.js';
import type { Shape } from './facts.js';

/** Values that stand for what a source does not tell: a call is refused if it is with all of them. */
const STAND_INS: readonly unknown[] = ['x', 1, {}, { x: 'x' }, ['x'], true];
/** With more unknown arguments all get the same stand-in at a time. */
const MOST_COMBINED = 4;
const SENT = new Error('it would be sent');

/** Whether slotwise has a method of this name for a command. */
export function isNativeCommand(method: string): boolean {
  return methodOf(method) !== null;
}

function methodOf(method: string): ((...args: unknown[]) => unknown) | null {
  // Commands alone: `exec`, `call` and the like are the pipeline's own.
  if (method in Object.prototype || Object.hasOwn(Pipeline.prototype, method)) return null;
  const found: unknown = Reflect.get(Pipeline.prototype, method);
  return typeof found === 'function' ? (found as (...args: unknown[]) => unknown) : null; // by typeof
}

/** What slotwise says to a call with these arguments, by the check that the call itself goes through; null: it would be sent. */
export async function refusalOf(method: string, args: readonly Shape[]): Promise<string | null> {
  let first: string | null = null;
  for (const values of fillings(args)) {
    const refusal = await refusalOfValues(method, values);
    if (refusal === null) return null;
    first ??= refusal;
  }
  return first;
}

async function refusalOfValues(method: string, args: readonly unknown[]): Promise<string | null> {
  const pipeline = new Pipeline(() => Promise.reject(SENT));
  methodOf(method)?.apply(pipeline, [...args]);
  try {
    await pipeline.exec();
    return null;
  } catch (error) {
    return error === SENT || !(error instanceof Error) ? null : error.message;
  }
}

/** The arguments with values in the place of what is not known, at any depth. */
function* fillings(args: readonly Shape[]): Generator<readonly unknown[]> {
  const flat = args.flatMap((arg): Shape[] => (arg.kind === 'spread' ? [{ kind: 'unknown' }, { kind: 'unknown' }] : [arg]));
  const unknown = unknownsIn({ kind: 'list', items: flat });
  const choices = unknown > MOST_COMBINED ? STAND_INS.map((value) => Array<unknown>(unknown).fill(value)) : combinations(unknown);
  for (const choice of choices) {
    const left = [...choice];
    yield flat.map((shape) => filled(shape, left));
  }
}

function unknownsIn(shape: Shape): number {
  if (shape.kind === 'unknown' || shape.kind === 'spread') return 1;
  const parts = shape.kind === 'list' ? shape.items : shape.kind === 'object' ? Object.values(shape.fields) : [];
  return parts.reduce((sum, part) => sum + unknownsIn(part), 0);
}

function* combinations(length: number): Generator<readonly unknown[]> {
  if (length === 0) {
    yield [];
    return;
  }
  for (const rest of combinations(length - 1)) for (const value of STAND_INS) yield [...rest, value];
}

/** Value of a shape; `left`: the stand-ins, one of which each unknown takes. */
function filled(shape: Shape, left: unknown[]): unknown {
  switch (shape.kind) {
    case 'text':
    case 'number':
      return shape.value;
    case 'function':
      return () => undefined;
    case 'list':
      return shape.items.map((item) => filled(item, left));
    case 'object':
      return Object.fromEntries(Object.entries(shape.fields).map(([name, field]) => [name, filled(field, left)]));
    case 'spread':
    case 'unknown':
      return left.shift();
    default:
      return shape satisfies never;
  }
}

/** What slotwise says to a listener of an event; null: it has that event. */
export function eventRefusal(name: string): string | null {
  try {
    checkEvent(name, 'on');
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
