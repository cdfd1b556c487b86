import { AbortError, ArgumentError, ConnectError, ConnectionLostError, NoNodeError, SlotwiseError } from '../../errors.js';
import { command } from '../../protocol/catalog/specs.js';
import type { Arg, CommandSpec } from '../../protocol/command-spec.js';
import { prefixKey } from '../../routing/keys/key-prefix.js';
import { prefixKeys } from '../../routing/keys/prefixed-command.js';
import { slotOfCommand } from '../../routing/keys/slots.js';
import { ISOLATED_AT } from '../../routing/retry.js';
import { performance, sleep } from '../../runtime/runtime.js';
import { backoffMs } from '../../util/backoff.js';
import { nameErrors } from '../../util/slotwise-error.js';
import type { Client } from '../client.js';
import { closesAtError } from '../dispatch/isolation.js';
import { slottingOf, type View } from '../view.js';
import { admitAll, type BatchStep, isUnknown, learnt, type Outcomes, transactionOf } from './batch.js';
import { LeasedConnection } from './leased-connection.js';

export interface WatchOptions {
  /** How often it begins again when another client was faster. Default 10. */
  readonly retries?: number;
}

/** Error of a transaction whose watched keys another client changed: nothing was executed, `watch` begins again. */
class LostRaceError extends SlotwiseError {
  constructor(keys: readonly Arg[]) {
    super('ERR_LOST_RACE', `EXEC: another client changed one of the ${keys.length} watched keys; nothing was executed`, {
      command: 'EXEC',
    });
  }
}

/** Error of a transaction whose watched keys have another member of the ring by now: nothing was executed, `watch` begins again there. */
class KeysLeftError extends NoNodeError {
  constructor(command: string) {
    super(`${command}: the watched keys are on another member of the ring now; nothing was executed`, { command });
  }
}

nameErrors({ LostRaceError, KeysLeftError });

/** Attempt of a `watch`: the connection that watches the keys, and how to run a transaction on it. */
export interface Watching {
  readonly connection: LeasedConnection;
  /** Slot of the watched keys, the only one that the commands may touch; -1 outside a cluster. */
  readonly slot: number;
  /** Slot of a command's keys, -1 if it has none. */
  slotOf(spec: CommandSpec, args: readonly Arg[]): number;
  exec(steps: readonly BatchStep[]): Promise<Outcomes>;
}

const WATCH = command('WATCH');
const RETRIES = 10;
const AFTER_RACE = { minMs: 1, maxMs: 50 };
const AFTER_FAILURE = { minMs: 10, maxMs: 500 };

/**
 * Optimistic locking. Watches the keys on an exclusive connection and passes it to `attempt`; null if another client changed a key in every
 * attempt. It also begins again, within the view's deadline, where no node could be reached or nothing was executed.
 * https://redis.io/docs/latest/develop/using-commands/transactions/#optimistic-locking-using-check-and-set
 */
export async function watch<T>(
  client: Client,
  view: View,
  keys: readonly Arg[],
  attempt: (watching: Watching) => Promise<T>,
  { retries = RETRIES }: WatchOptions,
): Promise<T | null> {
  const [first] = keys;
  if (first === undefined) throw new ArgumentError('watch: it needs a key', { command: 'WATCH' });
  client.admit(WATCH, keys, view);
  const { prefix } = view;
  const prefixedKeys = prefix === null ? keys : keys.map((key) => prefixKey(prefix, key));
  if (view.member === null) client.sharding.slotting?.commonSlot('WATCH', prefixedKeys);
  let races = 0;
  let failures = 0;
  let losses = 0;
  let failingSince = 0;
  for (;;) {
    if (view.signal?.aborted) throw new AbortError('WATCH was aborted', { command: 'WATCH', cause: view.signal.reason });
    let connection: LeasedConnection | null = null;
    let processEpoch = 0;
    try {
      const { lease, slot } = await client.acquire(first, view);
      processEpoch = client.nodeOf(lease.connection.key)?.processEpoch ?? 0;
      connection = new LeasedConnection(lease, view, client);
      try {
        await connection.watch(prefixedKeys);
        const result = await attempt(watching(client, connection, view, prefixedKeys, slot));
        await connection.unwatch();
        return result;
      } finally {
        lease.release(!connection.end());
      }
    } catch (error) {
      if (error instanceof LostRaceError) {
        if (races === retries) return null;
        failures = 0;
        losses = 0;
        await sleep(backoffMs(races++, AFTER_RACE));
        continue;
      }
      if (!mayBeginAgain(error, connection) || isOfGoneMember(client, view)) throw error;
      losses = error instanceof ConnectionLostError ? losses + 1 : 0;
      if (losses > ISOLATED_AT && error instanceof ConnectionLostError) await throwIfClosesAt(client, error, losses, processEpoch);
      const now = performance.now();
      if (failures === 0) failingSince = now;
      else if (view.timeoutMs > 0 && now - failingSince >= view.timeoutMs) throw error;
      await sleep(backoffMs(failures++, AFTER_FAILURE));
    }
  }
}

function mayBeginAgain(error: unknown, connection: LeasedConnection | null): boolean {
  if (connection === null) return error instanceof NoNodeError || error instanceof ConnectError;
  return error instanceof KeysLeftError || connection.isRetryable(error);
}

function isOfGoneMember({ sharding }: Client, { member }: View): boolean {
  return member !== null && sharding.ring?.slotOfMember(member.name) === -1;
}

/** The connection of a watch is its own: where it breaks at a command again and again, that command is at fault. */
async function throwIfClosesAt(client: Client, error: ConnectionLostError, losses: number, processEpoch: number): Promise<void> {
  const { node = '', command = 'WATCH', attempts, cause } = error;
  if (await client.nodeOf(node)?.answersAs(processEpoch)) {
    throw closesAtError(cause instanceof SlotwiseError ? cause : error, { command, attempts, losses });
  }
}

function watching(client: Client, connection: LeasedConnection, view: View, keys: readonly Arg[], slot: number): Watching {
  const slotting = slottingOf(view, client.sharding.slotting);
  return {
    connection,
    slot,
    slotOf(spec, args) {
      if (slotting === null) return -1;
      const own = view.prefix === null ? args : prefixKeys(view.prefix, spec, args);
      if (slotting.slotsBind) return slotOfCommand(slotting, spec, own);
      const touched = slotting.touched(spec, own);
      if (touched.length === 0) return -1;
      if (slotting.commonSlot(spec.name, [...keys, ...touched]) !== slot) throw new KeysLeftError(spec.name);
      return slot;
    },
    async exec(steps) {
      const known = steps.some(isUnknown) ? await learnt(client, steps, view) : steps;
      admitAll(client, known, view);
      const transaction = transactionOf(known, view, slotting);
      if (slotting !== null && slotting.commonSlot('MULTI', [...keys, ...transaction.keys]) !== slot) throw new KeysLeftError('EXEC');
      const outcomes = await connection.exec(transaction);
      if (outcomes === null) throw new LostRaceError(keys);
      return outcomes;
    },
  };
}
