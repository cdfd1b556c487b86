import type { CredentialSource } from './access.js';
import type { ClientName } from './client-name.js';
import type { Domain } from './domains.js';
import type { NodeRule } from './nodes.js';
import type { Offload } from './offload.js';
import type { ReadFunction, ReadMode } from './reads.js';
import type { TlsOptions } from './tls.js';
import type { TopologyOptions } from './topology.js';
import { deepFreeze } from './validate.js';

/** The client's options after validation: frozen, with every default filled in. */
export interface Options {
  readonly topology: TopologyOptions;
  /** Options of the client that asks the previous place of the keys; null: there is none. */
  readonly previous: Options | null;
  readonly credentials: CredentialSource | null;
  readonly tls: TlsOptions | null;
  readonly database: number;
  readonly clientName: string | ClientName | null;
  readonly protocol: 2 | 3;
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly reads: ReadMode | ReadFunction;
  /** 0: no limit. */
  readonly maxLagMs: number;
  readonly maxLagBytes: number;
  readonly zone: string | null;
  /** 0: none; null: as the mode has it. */
  readonly latencyWindowMs: number | null;
  readonly domains: readonly Domain[];
  readonly offload: readonly Offload[];
  readonly hedge: boolean;
  readonly nodes: readonly NodeRule[];
  readonly addressMap: ((address: string) => string | undefined) | null;
  /** Null: all are allowed. */
  readonly allowedAddresses: readonly string[] | null;
  readonly failFast: boolean;
  readonly maxReplyBytes: number;
  readonly maxReplyItems: number;
  readonly queue: { readonly maxCommands: number; readonly maxBytes: number };
  readonly pool: {
    readonly shared: number;
    readonly maxExclusive: number;
    readonly minExclusive: number;
    readonly maxConnecting: number;
    readonly idleMs: number;
    readonly maxLifetimeMs: number;
    readonly acquireTimeoutMs: number;
  };
  readonly reconnect: { readonly minMs: number; readonly maxMs: number };
  readonly monitor: { readonly periodMs: number; readonly sampleMs: number };
  readonly keepAliveMs: number;
  readonly integers: 'number' | 'bigint' | 'string';
  readonly keyPrefix: string | null;
}

/** The options of a client that was given none. The documentation's table is tested against them. */
export const DEFAULTS: Options = deepFreeze({
  // Data, because reading a URL would be a sixteenth of what loading the library takes.
  topology: { kind: 'single', address: { host: '127.0.0.1', port: 6379 } },
  previous: null,
  credentials: null,
  tls: null,
  database: 0,
  clientName: null,
  protocol: 3,
  timeoutMs: 10_000,
  connectTimeoutMs: 2_000,
  reads: 'primary',
  maxLagMs: 0,
  maxLagBytes: 0,
  zone: null,
  latencyWindowMs: null,
  domains: [],
  offload: [],
  hedge: false,
  nodes: [],
  addressMap: null,
  allowedAddresses: null,
  failFast: false,
  maxReplyBytes: 1_073_741_824,
  maxReplyItems: 67_108_864,
  queue: { maxCommands: 100_000, maxBytes: 268_435_456 },
  pool: { shared: 1, maxExclusive: 256, minExclusive: 0, maxConnecting: 2, idleMs: 30_000, maxLifetimeMs: 1_800_000, acquireTimeoutMs: 0 },
  reconnect: { minMs: 10, maxMs: 2_000 },
  monitor: { periodMs: 30_000, sampleMs: 1_000 },
  keepAliveMs: 5_000,
  integers: 'number',
  keyPrefix: null,
});
