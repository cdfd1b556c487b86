import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import type { HostPort, Target } from './driver.js';

/** Loader of the other clients' libraries, which are installed in `benchmarks/` or not at all. */
export const rivals = createRequire(resolve('benchmarks/package.json'));

/** Whether the library of a client is installed. `module`: its name; null: the client needs none. */
export function isInstalled({ module }: { readonly module: string | null }): boolean {
  if (module === null) return true;
  try {
    rivals.resolve(module);
    return true;
  } catch {
    return false;
  }
}

/** The address for clients that do not look for replication groups by themselves: the first one, which is the primary's. */
export function addressOf(target: Exclude<Target, { kind: 'sentinel' }>): HostPort {
  const [first] = target.kind === 'single' ? [target.address] : target.seeds;
  if (first === undefined) throw new Error('a target without addresses');
  return first;
}
