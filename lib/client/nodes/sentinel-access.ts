import type { SlotwiseError } from '../../errors.js';
import type { AccessOptions } from '../../options/access.js';
import type { Options } from '../../options/defaults.js';
import { SentinelConnections } from '../../topology/control/sentinel-connections.js';
import { CredentialRefresher } from './credential-refresher.js';

/**
 * Connections and credentials for the sentinels of a client and its groups, which share them. Opens nothing where there are no sentinels.
 */
export class SentinelAccess {
  readonly connections: SentinelConnections;
  readonly #credentials: CredentialRefresher;

  /** `failed`: credentials could not be had, or were refused. */
  constructor({ topology, connectTimeoutMs, keepAliveMs, clientName }: Options, failed: (error: SlotwiseError) => void) {
    const access: AccessOptions = topology.kind === 'sentinel' ? topology.access : {};
    const { username, password, tls } = access;
    const fixed = password === undefined ? null : { ...(username === undefined ? {} : { username }), password };
    this.#credentials = new CredentialRefresher(access.credentials ?? fixed, failed, connectTimeoutMs);
    this.connections = new SentinelConnections({
      connectTimeoutMs,
      keepAliveMs,
      clientName,
      credentials: this.#credentials.source,
      tls: tls === undefined || tls === false ? null : tls === true ? {} : tls,
    });
    this.#credentials.add(() => [this.connections]);
  }

  /** Has the connections log in again, with what the option `credentials` gives now. */
  reauthenticate(): Promise<void> {
    return this.#credentials.renew();
  }

  destroy(): void {
    this.#credentials.stop();
    this.connections.destroy();
  }
}
