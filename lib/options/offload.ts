import { OptionsError } from '../errors.js';
import { checkMaxLagBytes, checkMaxLagMs, type ReadLimits } from './reads.js';
import { checkFallback, checkReplicas, type Fallback, type ReplicaSet } from './replica-sets.js';
import { arrayOf, type Check, type ChecksOf, nonEmptyString, notEmpty, oneOrList, shape } from './validate.js';

/** Nodes of their own for slow or heavy commands that only read, which spares the other nodes. */
export interface OffloadOptions extends ReadLimits {
  /** Names, such as `KEYS`, and categories, such as `@slow`. Of several entries the first that names a command counts. */
  readonly commands: readonly string[] | string;
  /** One set, or an ordered list of which the first with a usable replica wins. Default: every replica. */
  readonly replicas?: ReplicaSet | readonly ReplicaSet[];
  /** Default: none, they wait for a usable replica until the deadline. */
  readonly fallback?: readonly Fallback[];
}

/** One entry of `offload` after validation. The limits are null where they are those of the domain or client. */
export interface Offload {
  readonly commands: readonly string[];
  readonly replicas: readonly ReplicaSet[];
  readonly fallback: readonly Fallback[];
  readonly maxLagMs: number | null;
  readonly maxLagBytes: number | null;
}

const checkEntry = shape(
  {
    commands: oneOrList(nonEmptyString, notEmpty(arrayOf(nonEmptyString, 'a command or a list of them'), 'at least one command')),
    replicas: checkReplicas,
    fallback: checkFallback,
    maxLagMs: checkMaxLagMs,
    maxLagBytes: checkMaxLagBytes,
  } satisfies ChecksOf<OffloadOptions>,
  'what to offload, such as { commands: ["KEYS", "@slow"] }',
);
const checkEntries = arrayOf(checkEntry, 'what to offload, or a list of that');

/** Checks all but the names: whether a command is known and only reads is checked in routing. */
export const checkOffload: Check<readonly Offload[]> = (value, path) => {
  const list = Array.isArray(value) ? checkEntries(value, path) : [checkEntry(value, path)];
  return list.map(({ commands, replicas = [], fallback = [], maxLagMs = null, maxLagBytes = null }) => {
    if (commands === undefined) throw new OptionsError(`${path}.commands`, 'expected names of commands or categories, got undefined');
    return { commands, replicas, fallback, maxLagMs, maxLagBytes };
  });
};
