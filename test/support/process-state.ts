// The library keeps a little state that all clients of a process share. A simulation, where one seed is one run, begins it anew.
import { failedAddresses } from '../../lib/connection/host-addresses.js';
import { forgetSessions } from '../../lib/connection/tls-sessions.js';
import { type Runtime, useRuntime } from '../../lib/runtime/runtime.js';
import { clock } from '../../lib/util/clock.js';

const CACHE = 'a cache of what never changes';
const IDENTITY = 'keyed by objects that belong to one client, call or error';

/** State of the process, as `file name`, `lib/admin` and `lib/runtime` aside: what begins it anew, or why that would change nothing. */
export const PROCESS_STATE: Readonly<Record<string, (() => void) | string>> = {
  'util/clock.ts clock': () => clock.restart(),
  'connection/host-addresses.ts failedAddresses': () => failedAddresses.clear(),
  'connection/tls-sessions.ts sessions': forgetSessions,

  'util/logger.ts create': 'says how lines of DEBUG are written',
  'util/logger.ts kept': 'lines of DEBUG',
  'util/slotwise-error.ts brands': 'filled when the library is loaded',
  'protocol/refusals.ts byCode': 'filled when the library is loaded',
  'routing/keys/crc16.ts TABLE': 'filled when the library is loaded',
  'protocol/catalog/specs.ts specs': CACHE,
  'protocol/catalog/specs.ts keyFactsCache': CACHE,
  'protocol/catalog/specs.ts containers': CACHE,
  'routing/reads/replica-set.ts compiled': CACHE,
  'client/dispatch/wait-replicas.ts waits': CACHE,
  'protocol/script.ts adopted': CACHE,
  'protocol/script.ts scripts': CACHE,
  'protocol/resp/partial-bulk.ts spare': 'memory, of which only what was written anew is read',
  'placement/hashes/md5.ts words': 'as spare',
  'placement/hashes/twemproxy.ts digest': 'as spare',
  'placement/hashes/xxhash64.ts lanes': 'as spare',
  'protocol/resp/frame.ts NONE': 'nothing is ever put into it',
  'protocol/resp/byte-view.ts givenLengths': IDENTITY,
  'connection/tls-failures.ts verdicts': IDENTITY,
  'client/abort.ts watches': IDENTITY,
  'protocol/call.ts NO_PROMISE': 'never settles',
  'protocol/call.ts lastPromise': 'taken by the statement after the one that sets it',
  'protocol/call.ts lastResolve': 'as lastPromise',
  'connection/write-schedule.ts calls': 'only differences of it are read, and those are no older than a tick',
  'pool/node.ts lastEpoch': 'its numbers are compared for being the same, and in no other way',
  'client/dispatch/hedged-reads.ts BEATEN': 'nobody is told of it',
};

/** Begins the state of the process anew, as if the library had just been loaded, and puts a runtime in place: Node's where none is given. */
export function restartProcessState(runtime: Partial<Runtime> = {}): void {
  // Before the change, because a timer is taken back by the runtime that gave it.
  for (const restart of Object.values(PROCESS_STATE)) if (typeof restart === 'function') restart();
  useRuntime(runtime);
}
