import { readFileSync } from 'node:fs';
import { AuthError, ConnectError, ReplyError, TimeoutError } from '../../../lib/errors.js';
import { type Address, addressKey, parseAddress } from '../../../lib/options/address.js';
import { resolveOptions } from '../../../lib/options/resolve.js';
import type { Raw } from '../../../lib/protocol/command-spec.js';
import { NodeRules } from '../../../lib/topology/node-rules.js';
import type { ControlChannel, SendOptions } from '../../../lib/topology/resolver-api.js';
import type { NodeInfo, Shard, TopologySnapshot } from '../../../lib/topology/snapshot.js';

/**
 * A snapshot as a line a shard: `0-5460 7000 < 7003 7004!`. `!`: not usable, `^2`: depth 2, `-`: no primary, `(r)`: a replica in the primary's
 * place. The host 127.0.0.1 is left out.
 */
export function picture({ shards, slots }: TopologySnapshot): string[] {
  return shards.map((shard, index) => {
    const ranges = (slots?.ranges() ?? [])
      .filter((range) => range.shard === index)
      .map(({ start, end }) => (start === end ? `${start}` : `${start}-${end}`));
    return [...(ranges.length > 0 ? [ranges.join(',')] : []), shardPicture(shard)].join(' ');
  });
}

function shardPicture({ primary, replicas }: Shard): string {
  const place = primary === null ? '-' : `${nodePicture(primary)}${primary.role === 'replica' ? '(r)' : ''}`;
  return replicas.length === 0 ? place : `${place} < ${replicas.map(nodePicture).join(' ')}`;
}

function nodePicture({ key, usable, depth }: NodeInfo): string {
  return `${key.replace('127.0.0.1:', '')}${usable ? '' : '!'}${depth > 1 ? `^${depth}` : ''}`;
}

export function at(text: string | number): Address {
  const address = parseAddress(typeof text === 'number' ? `127.0.0.1:${text}` : text, null);
  if (address === null) throw new Error(`no address: ${text}`);
  return address;
}

export const rules = new NodeRules(resolveOptions({}));

export function spec<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../../spec/topology/${name}.json`, import.meta.url), 'utf8')) as T;
}

/** Replies as captured: an error reply is `{ error: text }`. */
export type Captured = string | number | null | { readonly error: string } | readonly Captured[];

export function raw(reply: Captured | undefined): Raw {
  if (reply === undefined || reply === null) return null;
  if (typeof reply !== 'object') return reply;
  if ('error' in reply) return new ReplyError(reply.error.split(' ')[0] ?? 'ERR', reply.error);
  return reply.map(raw);
}

/** What a scripted server does: replies by command, or an error for every question. */
export type Script = Readonly<Record<string, Captured>> | Error;

export const refused = (node: string): Error => new ConnectError(`cannot connect to ${node}: connect ECONNREFUSED`, { node });
export const wrongPassword = (node: string): Error => new AuthError(`${node} refused the credentials: WRONGPASS`, { node });
/** Accepts connections and answers nothing. */
export const HUNG = new TimeoutError('hung');

/** Servers by key; who is not in it refuses connections. A command without a reply is answered as an unknown one. */
export class FakeServers implements ControlChannel {
  readonly asked: string[] = [];
  readonly forgotten: string[] = [];

  constructor(public servers: Readonly<Record<string, Script>>) {}

  async send(address: Address, commands: readonly (readonly string[])[], options: SendOptions = {}): Promise<Raw[]> {
    const key = addressKey(address);
    this.asked.push(`${key} ${options.as ?? 'data'}`);
    const server = this.servers[key] ?? this.servers[key.replace('127.0.0.1:', '')] ?? refused(key);
    if (server === HUNG) {
      await new Promise((resolve) => setTimeout(resolve, options.timeoutMs ?? 500));
      throw new TimeoutError(`no reply from ${key}`, { node: key, executed: 'unknown' });
    }
    if (server instanceof Error) throw server;
    return commands.map((words) => {
      const name = words.join(' ');
      return raw(Object.hasOwn(server, name) ? server[name] : { error: `ERR unknown command '${name}'` });
    });
  }

  forget(address: Address): void {
    this.forgotten.push(addressKey(address));
  }
}
