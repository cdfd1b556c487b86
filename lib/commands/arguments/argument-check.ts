import { ArgumentError } from '../../errors.js';
import { hint, isNamed, shape } from './hint.js';
import { type ArgumentProblem, describe, picture, problemOf } from './problem.js';
import { QuickCheck } from './quick-check.js';
import type { Form, Kind, Signature } from './signature.js';
import { SIGNATURES } from './signatures.js';

/** Parameter of a form, as it is compared with an argument. */
interface Parameter {
  readonly kind: Kind;
  /** `rest`: left out together with all that follow it. `alone`: it has a default. */
  readonly optional: 'no' | 'rest' | 'alone';
}

/** Where a call fits a form no longer: the index of the argument, and why. */
interface Misfit {
  readonly index: number;
  readonly problem: ArgumentProblem;
}

/** The check of a method, made ready. */
export function checkOf(method: string): ArgumentCheck {
  const signature = SIGNATURES[method];
  if (signature === undefined) throw new Error(`no signature of ${method}: run scripts/generate-signatures.ts`);
  return new ArgumentCheck(method, JSON.parse(signature) as Signature);
}

/** Check of the arguments of one method: its forms, made ready when the method is first called. */
export class ArgumentCheck {
  private readonly command: string;
  private readonly given: readonly Form[];
  private readonly forms: readonly (readonly Parameter[])[];
  private readonly quick: readonly QuickCheck[];
  private readonly least: number;
  private readonly most: number;

  constructor(
    private readonly method: string,
    [command, ...forms]: Signature,
  ) {
    this.command = command;
    this.given = forms;
    this.quick = forms.map((form) => new QuickCheck(form));
    this.forms = forms.map((form) => Object.entries(form).map(([name, kind]) => ({ kind, optional: optionality(name) })));
    this.least = Math.min(...this.forms.map((form) => form.filter(({ optional }) => optional === 'no').length));
    this.most = Math.max(...this.forms.map((form) => form.length));
  }

  /** Whether a call of at most four arguments is one of those that nearly all are; if not, `accept` looks closer. */
  fits(a: unknown, b: unknown, c: unknown, d: unknown): boolean {
    for (let at = 0; at < this.quick.length; at++) if (this.quick[at]?.fits(a, b, c, d)) return true;
    return false;
  }

  /** The arguments of a call; throws an `ArgumentError` where it fits no form. Of an iterator, which can be read only once, they have a list. */
  accept(...args: unknown[]): unknown[] {
    while (args.length > 0 && args.at(-1) === undefined) args.pop();
    if (args.length > this.most) throw this.surplus(args);
    let furthest: Misfit | null = null;
    for (const form of this.forms) {
      const misfit = misfitOf(form, args);
      if (misfit === null) return args;
      furthest = furthest === null ? misfit : further(furthest, misfit);
    }
    if (furthest !== null) throw this.refusal(furthest, args);
    return args;
  }

  private surplus(args: readonly unknown[]): ArgumentError {
    const { least, most } = this;
    const takes = least === most ? `${most}` : `${least} ${most === least + 1 ? 'or' : 'to'} ${most}`;
    const instead = hint(this.method, this.command, this.given, args) || `; the form is ${shape(this.method, this.given.at(-1) ?? {})}`;
    return this.error(`${this.command} takes ${takes} argument${takes === '1' ? '' : 's'}, got ${args.length}${instead}`);
  }

  private refusal({ index, problem }: Misfit, args: readonly unknown[]): ArgumentError {
    const argument = `argument ${index + 1}${problem.where}`;
    if (problem.what === 'unknown') {
      const { name } = problem;
      const other = this.given.find((form) => Object.values(form).some((kind) => isNamed(kind) && Object.hasOwn(kind.names, name)));
      if (other !== undefined && problem.where === '')
        return this.error(`${this.command}: option ${name} is for ${shape(this.method, other)}`);
      const place = problem.where === '' ? '' : ` in ${argument}`;
      return this.error(`${this.command}: unknown option ${name}${place}; ${problem.suggestion}`);
    }
    const subject = `${this.command}: ${argument}${problem.where === '' ? '' : ','}`;
    if (problem.what === 'wrong') return this.error(`${subject} ${problem.because}`);
    // Of a value within what is given rightly there is nothing to say about its container.
    const instead = problem.where === '' || problem.where.startsWith(', pair') ? hint(this.method, this.command, this.given, args) : '';
    return this.error(`${subject} must be ${problem.expected}, got ${problem.got}${instead}`);
  }

  private error(message: string): ArgumentError {
    return new ArgumentError(message, { command: this.command });
  }
}

function optionality(name: string): Parameter['optional'] {
  if (name.endsWith('=')) return 'alone';
  return name.endsWith('?') ? 'rest' : 'no';
}

/** The first argument that does not fit a form; null: all do. */
function misfitOf(form: readonly Parameter[], args: unknown[]): Misfit | null {
  let left = -1;
  for (let index = 0; index < form.length; index++) {
    const { kind, optional } = form[index] as Parameter;
    const arg = args[index];
    if (arg === undefined && optional !== 'no') {
      if (optional === 'rest' && left === -1) left = index;
      continue;
    }
    if (kind === 'pairs' && isIterator(arg)) args[index] = [...arg];
    const problem = problemOf(kind, args[index]);
    if (problem !== null && !(optional === 'alone' && Array.isArray(arg) && arg.length === 0)) return { index, problem };
    if (left !== -1) return { index: left, problem: missing(form[left] as Parameter) };
  }
  if (args.length <= form.length) return null;
  if (left !== -1) return { index: left, problem: missing(form[left] as Parameter) };
  return { index: form.length, problem: { what: 'refused', where: '', expected: 'left out', got: picture(args[form.length]) } };
}

function missing({ kind }: Parameter): ArgumentProblem {
  return { what: 'refused', where: '', expected: `${describe(kind)} where another follows it`, got: 'undefined' };
}

/** The one that more of the call fits; of two that refuse the same argument both. */
function further(a: Misfit, b: Misfit): Misfit {
  if (a.index !== b.index) return a.index > b.index ? a : b;
  const [one, other] = [a.problem, b.problem];
  if (one.what !== 'refused' || other.what !== 'refused' || one.where !== '' || other.where !== '') {
    return one.what === 'refused' && one.where === '' ? b : a;
  }
  if (one.expected.includes(other.expected)) return a;
  return { index: a.index, problem: { ...one, expected: `${one.expected}, or ${other.expected}` } };
}

/** Whether something can be iterated only by its iterator; lists and Maps can be as often as one likes. */
function isIterator(value: unknown): value is Iterable<unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Map || ArrayBuffer.isView(value))
    return false;
  return Symbol.iterator in value;
}
