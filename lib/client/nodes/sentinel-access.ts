import type { SlotwiseError } from '../../errors.js';
import type { AccessOptions } from '../../options/access.js';
import type { Options } from '../../options/defaults.js';
import type { TopologyOptions } from '../../options/topology.js';
import { SentinelConnections } from '../../topology/control/sentinel-connections.js';
import { CredentialRefresher } from './credential-refresher.js';

type AccessFacts = Pick<Options, 'connectTimeoutMs' | 'keepAliveMs' | 'clientName'>;

/**
 * Connections and credentials for the sentinels of a client and its groups, which share them, a set for each way to reach sentinels: members
 * of a ring may have several. Opens nothing where there are no sentinels.
 */
export class SentinelAccess {
  readonly #facts: AccessFacts;
  readonly #failed: (error: SlotwiseError) => void;
  readonly #sets: SentinelSet[] = [];

  /** `failed`: credentials could not be had, or were refused. */
  constructor({ connectTimeoutMs, keepAliveMs, clientName }: AccessFacts, failed: (error: SlotwiseError) => void) {
    this.#facts = { connectTimeoutMs, keepAliveMs, clientName };
    this.#failed = failed;
  }

  /** Connections to the sentinels of this topology, shared by all that reach theirs in the same way. */
  connectionsFor(topology: TopologyOptions): SentinelConnections {
    const access: AccessOptions = topology.kind === 'sentinel' ? topology.access : {};
    let set = this.#sets.find((one) => isSame(one.access, access));
    if (set === undefined) {
      set = new SentinelSet(access, this.#facts, this.#failed);
      this.#sets.push(set);
    }
    return set.connections;
  }

  /** Has the connections log in again, with what the option `credentials` gives now. */
  async reauthenticate(): Promise<void> {
    await Promise.all(this.#sets.map((set) => set.credentials.renew()));
  }

  destroy(): void {
    for (const { credentials, connections } of this.#sets) {
      credentials.stop();
      connections.destroy();
    }
  }
}

function isSame(a: AccessOptions, b: AccessOptions): boolean {
  return a.username === b.username && a.password === b.password && a.credentials === b.credentials && a.tls === b.tls;
}

/** Sentinels that are reached in one way. */
class SentinelSet {
  readonly connections: SentinelConnections;
  readonly credentials: CredentialRefresher;

  constructor(
    readonly access: AccessOptions,
    { connectTimeoutMs, keepAliveMs, clientName }: AccessFacts,
    failed: (error: SlotwiseError) => void,
  ) {
    const { username, password, tls } = access;
    const fixed = password === undefined ? null : { ...(username === undefined ? {} : { username }), password };
    this.credentials = new CredentialRefresher(access.credentials ?? fixed, failed, connectTimeoutMs);
    this.connections = new SentinelConnections({
      connectTimeoutMs,
      keepAliveMs,
      clientName,
      credentials: this.credentials.source,
      tls: tls === undefined || tls === false ? null : tls === true ? {} : tls,
    });
    this.credentials.add(() => [this.connections]);
  }
}
