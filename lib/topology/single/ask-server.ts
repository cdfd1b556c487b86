import type { Address } from '../../options/address.js';
import { listOf, MODE_COMMANDS, modeOf, type ServerMode } from '../replies.js';
import type { ControlChannel, SendOptions } from '../resolver-api.js';

/** What the server at a fixed address says of itself. */
export interface AskedServer {
  /** Unknown (it is a proxy, or the user may not ask) counts as a primary: then its READONLY tells. */
  readonly isReplica: boolean;
  /** Null: it does not say. */
  readonly mode: ServerMode | null;
}

/** Asks it. A proxy that takes no HELLO is only asked whether it is there. https://redis.io/docs/latest/commands/role/ */
async function askServer(control: ControlChannel, address: Address, options: SendOptions): Promise<AskedServer> {
  const [hello, info, role] = await control.send(address, [...MODE_COMMANDS, ['ROLE']], { ...options, plain: [['PING']] });
  return { isReplica: listOf(role)[0] === 'slave', mode: modeOf(hello, info) };
}

/** Asks it, and a replica once more, on a new connection: the one before may lead to a server that the address has left. */
export async function askServerAnew(
  control: ControlChannel,
  address: Address,
  options: SendOptions,
  onReplica?: () => void,
): Promise<AskedServer> {
  const asked = await askServer(control, address, options);
  if (!asked.isReplica) return asked;
  onReplica?.();
  control.forget?.(address);
  return askServer(control, address, options);
}
