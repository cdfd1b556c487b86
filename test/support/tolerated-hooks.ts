const hooks = new WeakSet<object>();

/** Marks a mocha hook as one that opens nothing but shared servers: the leak check then looks at the tests of its suite one by one. */
export function tolerateHook<F extends object>(hook: F): F {
  hooks.add(hook);
  return hook;
}

export function isToleratedHook(hook: object): boolean {
  return hooks.has(hook);
}
