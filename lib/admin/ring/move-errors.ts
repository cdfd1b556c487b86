import { ConnectError, ConnectionLostError, NoNodeError, show, TimeoutError } from '../../errors.js';
import { AdminError } from '../admin-error.js';
import type { StoreMember } from './key-store.js';
import type { MovingKey } from './key-way.js';

/** Whether an error of a call says nothing against trying it again. */
export function isPassing(error: unknown): boolean {
  return [ConnectionLostError, ConnectError, TimeoutError, NoNodeError].some((one) => error instanceof one);
}

/** Keys that cannot go where they belong, and with them no others. `name`: that of the place. */
export function refusal(
  { name }: Pick<StoreMember, 'name'>,
  { name: to, keys }: { readonly name: string; readonly keys: readonly MovingKey[] },
  said: string,
): AdminError {
  const [first] = keys;
  const more = keys.length > 1 ? ` and ${keys.length - 1} more` : '';
  const text = `key ${show(first?.key.toString() ?? '')}${more} cannot go from ${name} to ${to}: ${said}`;
  return new AdminError(text, { node: name, reason: 'failed' });
}
