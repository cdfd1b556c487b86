import { ProtocolError } from '../../errors.js';
import { type Address, addressKey } from '../../options/address.js';
import type { Raw } from '../../protocol/command-spec.js';
import { fieldsOf } from '../../protocol/resp/map-reply.js';
import { infoOf, listOf, modeOf, type ServerMode, textOf } from '../../topology/replies.js';
import { AdminError } from '../admin-error.js';
import { errorReply, type NodeClient } from '../node-connections.js';

/** How servers belong together. */
export type TopologyKind = 'single' | 'replication' | 'sentinel' | 'cluster' | 'ring';

/** What a server says that it is. */
export interface ServerKind {
  readonly address: Address;
  readonly mode: ServerMode;
  /** Role of a data server, where the rights let it tell. */
  readonly role: 'primary' | 'replica' | null;
}

/** Asks a server what it is. Rejects where it does not answer, does not say, or is none of ours. */
export async function askServerKind(connections: NodeClient, address: Address): Promise<ServerKind> {
  const name = addressKey(address);
  const ask = (words: readonly string[]): Promise<Raw> => connections.send(address, words).catch(errorReply);
  const replies = await Promise.all([ask(['HELLO']), ask(['INFO', 'server']), ask(['ROLE'])]).catch((error: unknown) => {
    if (!(error instanceof ProtocolError)) throw error;
    throw new AdminError(`${name} does not speak the protocol of Redis: another program listens there (${error.message})`, {
      node: name,
      reason: 'unreachable',
      cause: error,
    });
  });
  return serverKindOf(address, replies);
}

/** Reads the replies to HELLO, INFO server and ROLE. */
export function serverKindOf(address: Address, [hello, info, role]: readonly (Raw | undefined)[]): ServerKind {
  const word = textOf(listOf(role)[0]);
  const mode = modeOf(hello, info) ?? modeOfRole(word);
  if (mode !== null) return { address, mode, role: roleOf(word ?? textOf(fieldsOf(hello).get('role'))) };
  const name = addressKey(address);
  const refusal = [info, hello].find((reply) => reply instanceof Error);
  const said = refusal instanceof Error ? `INFO: ${refusal.message}` : `INFO has ${infoOf(info).size} fields, none of them redis_mode`;
  throw new AdminError(
    `${name} does not say what it is (${said}): it may be a proxy; give the address of a server behind it, or a user that may call INFO or ROLE`,
    { node: name, reason: 'unreachable' },
  );
}

/** A data server whose rights forbid HELLO and INFO; a node of a cluster cannot be told from it. */
function modeOfRole(word: string | null): ServerMode | null {
  return word === 'sentinel' ? 'sentinel' : word === 'master' || word === 'slave' ? 'standalone' : null;
}

function roleOf(word: string | null): ServerKind['role'] {
  return word === 'master' ? 'primary' : word === 'slave' || word === 'replica' ? 'replica' : null;
}
