import { askForCredentials } from '../../connection/credentials.js';
import { SlotwiseError } from '../../errors.js';
import { createClient, type Redis } from '../../index.js';
import type { Credentials } from '../../options/access.js';
import { type Address, addressKey, parseAddress } from '../../options/address.js';
import type { ClientOptions } from '../../options/client-options.js';
import type { Options } from '../../options/defaults.js';
import { resolveOptions } from '../../options/resolve.js';
import { seedsOf, type TopologyOptions } from '../../options/topology.js';
import { compilePlacement } from '../../placement/compile.js';
import type { KeyPlacement } from '../../placement/placement.js';
import { slotOfKey } from '../../routing/keys/slots.js';
import { infoOf } from '../../topology/replies.js';
import type { NodeInfo } from '../../topology/snapshot.js';
import { thrownText } from '../../util/user-function.js';
import { AdminError } from '../admin-error.js';
import { CLIENT_NAME } from '../admin-options.js';

/** How the servers of a store are reached: options of a client. */
export type StoreAccess = Pick<
  ClientOptions,
  'username' | 'password' | 'credentials' | 'tls' | 'connectTimeoutMs' | 'addressMap' | 'allowedAddresses' | 'clientName'
>;

/** A part of a store: the member of a ring, one group of servers, or a cluster as a whole. */
export interface StoreMember {
  readonly name: string;
  readonly weight: number;
  /** Client of these servers alone, whose texts are bytes. */
  readonly redis: Redis<Buffer>;
}

/** Where a key belongs. */
export interface KeyPlace {
  readonly member: StoreMember;
  /** Name for people: the member's, or the node of a cluster. */
  readonly name: string;
  /** Address by which other servers reach the primary; null: none is known now. */
  readonly address: Address | null;
}

/** A server that has keys of its own, with its name for people: the member's, or the node of a cluster. */
export interface StorePrimary {
  readonly name: string;
  readonly node: Pick<NodeInfo, 'key' | 'address'>;
}

/** Deadline of what may be repeated: longer than a failover. */
const PATIENCE_MS = 60_000;
/** A change of roles that nobody announces is seen so soon. */
const PROBE_MS = 1_000;

/** Servers between which keys are spread: a ring, a cluster, or one group. It finds the place of a key, and the primary that is there now. */
export class KeyStore {
  readonly members: readonly StoreMember[];
  /** Why members cannot be reached, by name. */
  readonly problems = new Map<string, string>();
  /** Run ids of the primaries as they were at first: members of two stores that have the same one are the same servers. */
  readonly #runIds = new Map<StoreMember, string>();
  readonly #clients: readonly Redis[];
  readonly #placement: KeyPlacement | null;
  readonly #options: Options;

  /** Throws an `OptionsError` for options that no client takes. */
  constructor(
    readonly topology: TopologyOptions,
    access: StoreAccess,
  ) {
    const { url } = topology;
    const withUrl = (own: TopologyOptions): TopologyOptions => (url === undefined ? own : { ...own, url });
    const common = { clientName: CLIENT_NAME, ...access, timeoutMs: PATIENCE_MS, monitor: { periodMs: PROBE_MS } } as const;
    const parts = topology.kind === 'ring' ? topology.members : [{ name: nameOf(topology), weight: 1, topology }];
    this.#placement =
      topology.kind === 'ring'
        ? compilePlacement(
            topology.placement,
            parts.map(({ name, weight }, position) => ({ name, weight, position })),
          )
        : null;
    this.#options = resolveOptions({ ...common, topology: withUrl(parts[0]?.topology ?? topology) });
    this.#clients = parts.map((part) => createClient({ ...common, topology: withUrl(part.topology) }));
    this.members = parts.map(({ name, weight }, index) => {
      // There is a client for each part.
      const client = this.#clients[index] as Redis;
      // What counts is the rejection of a call.
      client.on('error', () => undefined);
      return { name, weight, redis: client.with({ buffers: true }) };
    });
  }

  /** How the servers are reached. */
  get options(): Options {
    return this.#options;
  }

  /** The primaries that are known now. */
  get primaries(): StorePrimary[] {
    return this.members.flatMap(({ name, redis }) =>
      (redis.topology?.shards ?? []).flatMap(({ primary: node }) => {
        if (node === null) return [];
        return { name: this.topology.kind === 'ring' ? `${name} (${node.key})` : node.key, node };
      }),
    );
  }

  get database(): number {
    return this.#options.database;
  }

  get isTls(): boolean {
    return this.#options.tls !== null;
  }

  /** What another server has to log in with here; null: nothing. */
  async credentials(): Promise<Credentials | null> {
    const { credentials } = this.#options;
    return credentials === null ? null : await askForCredentials(credentials, PATIENCE_MS);
  }

  /** Connects to every member, and asks who it is. Members that cannot be reached in time are in `problems`. */
  async connect(timeoutMs: number): Promise<void> {
    await Promise.all(
      this.members.map(async (member) => {
        try {
          const patient = member.redis.with({ timeoutMs });
          await patient.connect();
          const runId = infoOf(await patient.info('server')).get('run_id');
          if (runId !== undefined) this.#runIds.set(member, runId);
          this.problems.delete(member.name);
        } catch (error) {
          this.problems.set(member.name, error instanceof SlotwiseError ? error.message : thrownText(error));
        }
      }),
    );
  }

  /** Throws for members that cannot be reached. */
  expectAll(): void {
    const [first] = this.problems;
    if (first === undefined) return;
    const texts = [...this.problems].map(([name, problem]) => (problem.includes(name) ? problem : `${name}: ${problem}`));
    throw new AdminError(`cannot reach ${texts.join('; ')}`, { reason: 'unreachable' });
  }

  /** The member that a key belongs to. Throws a `PlacementFunctionError` where a function of the user's cannot say. */
  memberOf(key: Buffer): StoreMember {
    // A placement gives an index of its list.
    return this.members[this.#placement?.indexOf(key) ?? 0] as StoreMember;
  }

  placeOf(key: Buffer): KeyPlace {
    const member = this.memberOf(key);
    const primary = this.#primaryOf(member, key);
    const name = this.topology.kind === 'cluster' ? (primary?.key ?? 'a slot without a node') : member.name;
    return { member, name, address: primary === null ? null : this.#announced(primary) };
  }

  /** Address of the primary of a member that has one; null: none is known now. */
  addressOf(member: StoreMember): Address | null {
    return this.#primaryOf(member, null)?.address ?? null;
  }

  /** Run id of the primary that a member had at first; null: not known. */
  runIdOf(member: StoreMember): string | null {
    return this.#runIds.get(member) ?? null;
  }

  /** Name of the servers of a member, which two members have that are the same ones. */
  identityOf(member: StoreMember): string {
    const address = this.addressOf(member);
    return this.runIdOf(member) ?? (address === null ? member.name : addressKey(address));
  }

  /** Whether a member of another store is the same servers. */
  isSame(member: StoreMember, other: KeyStore, otherMember: StoreMember): boolean {
    return this.identityOf(member) === other.identityOf(otherMember);
  }

  close(): void {
    for (const client of this.#clients) client.destroy();
  }

  /** The address that other servers know: what `addressMap` makes of it is for us. */
  #announced({ address, aliases }: NodeInfo): Address {
    const announced = this.#options.addressMap === null ? undefined : aliases?.[0];
    return (announced === undefined ? null : parseAddress(announced, null)) ?? address;
  }

  #primaryOf({ redis }: StoreMember, key: Buffer | null): NodeInfo | null {
    const { topology } = redis;
    if (topology === null) return null;
    const { slots, shards } = topology;
    const shard = slots === null || key === null ? 0 : slots.shardOf(slotOfKey(key));
    return shards[shard]?.primary ?? null;
  }
}

function nameOf(topology: TopologyOptions): string {
  return topology.kind === 'sentinel' ? topology.name : seedsOf(topology).map(addressKey).join(',');
}
