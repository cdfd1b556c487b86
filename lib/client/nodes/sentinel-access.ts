import { AuthError, type SlotwiseError } from '../../errors.js';
import type { AccessOptions } from '../../options/access.js';
import type { Options } from '../../options/defaults.js';
import { SentinelConnections } from '../../topology/control/sentinel-connections.js';
import { CredentialRefresher } from './credential-refresher.js';

/** How a client and its groups reach their sentinels: with the same connections and one login. Opens nothing where there are no sentinels. */
export class SentinelAccess {
  readonly connections: SentinelConnections;
  readonly #login: CredentialRefresher;

  /** `failed`: credentials could not be had, or were refused. */
  constructor({ topology, connectTimeoutMs, keepAliveMs, clientName }: Options, failed: (error: SlotwiseError) => void) {
    const access: AccessOptions = topology.kind === 'sentinel' ? topology.access : {};
    const { username, password, tls } = access;
    const fixed = password === undefined ? null : { ...(username === undefined ? {} : { username }), password };
    this.#login = new CredentialRefresher(access.credentials ?? fixed, {
      apply: async (credentials) => {
        try {
          await this.connections.reauthenticate(credentials);
        } catch (error) {
          failed(error as SlotwiseError); // nothing else rejects
          throw error;
        }
      },
      // A refusal is told where it happens.
      failed: (error) => {
        if (!(error instanceof AuthError)) failed(error);
      },
    });
    this.connections = new SentinelConnections({
      connectTimeoutMs,
      keepAliveMs,
      clientName,
      credentials: this.#login.source,
      tls: tls === undefined || tls === false ? null : tls === true ? {} : tls,
    });
  }

  /** Has the connections log in again, with what the option `credentials` gives now. */
  reauthenticate(): Promise<void> {
    return this.#login.renew();
  }

  destroy(): void {
    this.#login.stop();
    this.connections.destroy();
  }
}
