import { type AccessOptions, loginOf } from '../../../options/access.js';
import type { RingMoveOptions } from '../../ring/move-run.js';
import type { RingAdmin } from '../../ring/ring-admin.js';
import type { CommandContext, OptionHelps } from '../command.js';
import { bytesOption, integerOption, textOption } from '../option-values.js';
import { UsageError } from '../usage-error.js';
import { openRingAdmin } from './load-ring.js';
import { foundTopology, storeNamed } from './store-words.js';

/** Options that name where keys are and where they are to go. */
export const BOTH: OptionHelps = {
  from: { value: 'FILE', what: 'where the keys are: a topology as JSON, a URL, or HOST:PORT' },
  to: { value: 'FILE', what: 'where they are to go' },
  'to-user': { value: 'NAME', what: 'user name there, if it is another one' },
  'to-password': { value: 'SECRET', what: 'password there; better in the variable SLOTWISE_TO_PASSWORD' },
};

/** Options that plan and move share. */
export const BOUNDS: OptionHelps = {
  samples: { value: 'KEYS', what: 'keys of each source that are looked at for the plan (10000)' },
  strays: { what: 'move keys, too, that are not where the old placement puts them' },
  'keys-per-second': { value: 'NUMBER', what: 'bound on all sources together' },
  'bytes-per-second': { value: 'BYTES', what: 'the same for bytes: 8388608, 8mb' },
  via: { value: 'WAY', what: 'migrate, or client: through here, if sources cannot reach targets' },
};

/** Opens the administration of what --from and --to name. */
export async function openBoth(context: CommandContext): Promise<RingAdmin> {
  const [from, to] = [textOption(context.options.from), textOption(context.options.to)];
  if (from === undefined || to === undefined) throw new UsageError(`${context.command.name} needs --from and --to`);
  const source = storeNamed(from, '--from');
  const target = storeNamed(to, '--to');
  const access = context.access(source.access);
  const toAccess = { ...context.access(target.access), ...ownLogin(context) };
  const topology = await foundTopology(context, source, access);
  return await openRingAdmin(context, {
    ...access,
    topology,
    to: await foundTopology(context, target, toAccess),
    toAccess: loginOf(toAccess),
  });
}

/** Opens the administration of one ring. */
export async function openOne(context: CommandContext, word: string): Promise<RingAdmin> {
  const named = storeNamed(word, 'TOPOLOGY');
  const access = context.access(named.access);
  return await openRingAdmin(context, { ...access, topology: await foundTopology(context, named, access) });
}

function ownLogin({ options, process }: CommandContext): AccessOptions {
  const username = textOption(options['to-user']);
  const fromEnvironment = process.env.SLOTWISE_TO_PASSWORD;
  const password = textOption(options['to-password']) ?? (fromEnvironment === '' ? undefined : fromEnvironment);
  return { ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }) };
}

/** Bounds of a plan and of a run. Throws a `UsageError`. */
export function boundsOf(
  options: CommandContext['options'],
): Pick<RingMoveOptions, 'keysPerSecond' | 'bytesPerSecond' | 'strays' | 'via'> & { readonly samples?: number } {
  const samples = integerOption(options, 'samples', 1);
  const keysPerSecond = integerOption(options, 'keys-per-second', 1);
  const bytesPerSecond = bytesOption(options, 'bytes-per-second');
  const via = textOption(options.via) ?? 'migrate';
  if (via !== 'migrate' && via !== 'client') throw new UsageError(`--via: expected migrate or client, got ${via}`);
  if (bytesPerSecond === 0) throw new UsageError('--bytes-per-second: expected a number from 1, got 0');
  return {
    via,
    strays: options.strays === true,
    ...(samples === undefined ? {} : { samples }),
    ...(keysPerSecond === undefined ? {} : { keysPerSecond }),
    ...(bytesPerSecond === undefined ? {} : { bytesPerSecond }),
  };
}
