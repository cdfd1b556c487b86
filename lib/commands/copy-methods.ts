import { type ArgumentCheck, checkOf } from './arguments/argument-check.js';
import { SIGNATURES } from './arguments/signatures.js';
import { CommandGroup } from './group.js';

/** Methods on the path that must cost nothing: they look for themselves whether anything is to be checked. */
const SELF_CHECKED: ReadonlySet<string> = new Set(['get', 'set']);

/**
 * Gives `target` the methods of all command groups. TypeScript has single inheritance, and each group stays a file of its own, so the
 * methods are copied. They go onto a null-prototype object, because V8 keeps that as a hash table from the start: the 400 methods take 5 ms
 * to put into the prototype of a class, and 0.8 ms there. The chain is then `Redis.prototype`, `Commands.prototype`, these methods,
 * `CommandGroup.prototype`.
 */
export function copyMethods(target: { readonly prototype: object }, groups: readonly { readonly prototype: object }[]): void {
  const methods: object = Object.create(null);
  for (const group of groups) {
    for (const [name, method] of Object.entries(Object.getOwnPropertyDescriptors(group.prototype))) {
      if (name !== 'constructor') Object.defineProperty(methods, name, checked(name, method));
    }
  }
  Object.setPrototypeOf(methods, CommandGroup.prototype);
  Object.setPrototypeOf(target.prototype, methods);
}

/** Checks the arguments of the methods that a class has of its own. */
export function checkMethods({ prototype }: { readonly prototype: object }): void {
  for (const [name, method] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (name !== 'constructor') Object.defineProperty(prototype, name, checked(name, method));
  }
}

interface Refusing {
  refuse(error: unknown): unknown;
}

/**
 * The method behind a check of its arguments, which is made when it is first called. What is not given it gets as `undefined`: methods have no
 * rest parameters.
 */
function checked(name: string, descriptor: PropertyDescriptor): PropertyDescriptor {
  const method: unknown = descriptor.value;
  if (!Object.hasOwn(SIGNATURES, name) || SELF_CHECKED.has(name) || typeof method !== 'function') return descriptor;
  let check: ArgumentCheck | null = null;
  const { [name]: value } = {
    [name](this: Refusing, a: unknown, b: unknown, c: unknown, d: unknown, ...more: unknown[]): unknown {
      try {
        check ??= checkOf(name);
        if (more.length === 0 && check.fits(a, b, c, d)) return method.call(this, a, b, c, d);
        return method.apply(this, check.accept(a, b, c, d, ...more));
      } catch (error) {
        return this.refuse(error);
      }
    },
  };
  return { ...descriptor, value };
}
