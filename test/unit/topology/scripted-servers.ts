import { type AddressRefusedError, AuthError, ConnectError, type SlotwiseError, TimeoutError } from '../../../lib/errors.js';
import { type Address, addressKey } from '../../../lib/options/address.js';
import type { ClientOptions } from '../../../lib/options/client-options.js';
import { resolveOptions } from '../../../lib/options/resolve.js';
import type { TopologyOptions } from '../../../lib/options/topology.js';
import type { Raw } from '../../../lib/protocol/command-spec.js';
import { NodeRules } from '../../../lib/topology/node-rules.js';
import { createResolver } from '../../../lib/topology/resolver.js';
import type { ControlChannel, Resolver, SendOptions, SentinelChannel, SubscriptionEvents } from '../../../lib/topology/resolver-api.js';
import type { TopologySnapshot } from '../../../lib/topology/snapshot.js';
import { type Captured, raw } from './captured-replies.js';

/** What a scripted server does: replies by command, or an error for every request. */
export type Script = Readonly<Record<string, Captured>> | Error;

export const refused = (node: string): Error => new ConnectError(`cannot connect to ${node}: connect ECONNREFUSED`, { node });
export const wrongPassword = (node: string): Error => new AuthError(`${node} refused the credentials: WRONGPASS`, { node });
/** A server that accepts connections and answers nothing. */
export const HUNG = new TimeoutError('hung');
export const NOPERM = { error: 'NOPERM this user has no permissions' };

const hello = (mode: string): Captured => ['server', 'redis', 'proto', 3, 'mode', mode];
export const DATA_SERVER: Script = { HELLO: hello('standalone'), 'INFO server': 'redis_mode:standalone', ROLE: ['master', 5, []] };
export const REPLICA_SERVER: Script = { ...DATA_SERVER, ROLE: ['slave', '127.0.0.1', 7000, 'connected', 5] };
export const SENTINEL_SERVER: Script = { HELLO: hello('sentinel'), 'INFO server': 'redis_mode:sentinel', ROLE: ['sentinel', []] };
export const CLUSTER_SERVER: Script = { HELLO: hello('cluster'), 'INFO server': 'redis_mode:cluster', ROLE: ['master', 5, []] };

export interface ScriptedSubscription {
  readonly key: string;
  readonly events: SubscriptionEvents;
  ended: boolean;
}

/** Scripted servers by key; one that is missing refuses connections. A command without a reply is answered as an unknown one. */
export class ScriptedServers {
  /** Every request: the server's key, and over which channel it was asked. */
  readonly asked: string[] = [];
  readonly forgotten: string[] = [];
  readonly subscriptions: ScriptedSubscription[] = [];
  readonly data: ControlChannel = {
    send: (address, commands, options) => this.#send('data', address, commands, options),
    forget: (address) => {
      this.forgotten.push(addressKey(address));
      this.onForget();
    },
  };
  readonly sentinels: SentinelChannel = {
    send: (address, commands, options) => this.#send('sentinel', address, commands, options),
    subscribe: (address, _channels, events) => {
      const subscription: ScriptedSubscription = { key: addressKey(address), events, ended: false };
      this.subscriptions.push(subscription);
      return () => {
        subscription.ended = true;
      };
    },
  };
  onForget: () => void = () => {};
  /** How long a server takes to answer, by port, in ms. */
  delaysMs: Readonly<Record<string, number>> = {};
  /** Errors for addresses that the options refuse. */
  readonly refused: AddressRefusedError[] = [];
  /** What probes went on in spite of, the last error of each source. */
  readonly reported = new Map<string, SlotwiseError>();

  constructor(public servers: Readonly<Record<string, Script>>) {}

  resolver(options: ClientOptions): Resolver {
    const resolved = resolveOptions(options);
    return createResolver(resolved, this.data, this.sentinels, {
      rules: new NodeRules(resolved, (error) => this.refused.push(error)),
      recovered: () => {},
      report: (source, error) => this.reported.set(source, error),
    });
  }

  /** A probe by a resolver that has made none before. */
  probe(topology: TopologyOptions, previous: TopologySnapshot | null = null, options: ClientOptions = {}): Promise<TopologySnapshot> {
    return this.resolver({ topology, ...options }).probe(previous);
  }

  async #send(channel: string, address: Address, commands: readonly (readonly string[])[], options: SendOptions = {}): Promise<Raw[]> {
    const key = addressKey(address);
    this.asked.push(`${key} ${channel}`);
    const server = this.servers[key] ?? this.servers[key.replace('127.0.0.1:', '')] ?? refused(key);
    if (server === HUNG) {
      await new Promise((resolve) => setTimeout(resolve, options.timeoutMs ?? 500));
      throw new TimeoutError(`no reply from ${key}`, { node: key, executed: 'unknown' });
    }
    const delayMs = this.delaysMs[key.replace('127.0.0.1:', '')];
    if (delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, delayMs));
    if (server instanceof Error) throw server;
    return commands.map((words) => {
      const name = words.join(' ');
      return raw(Object.hasOwn(server, name) ? server[name] : { error: `ERR unknown command '${name}'` });
    });
  }
}
