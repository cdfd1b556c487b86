import { Client } from '../client/client.js';
import { reportPlacement } from '../diagnostics.js';
import { refuseSurplus } from '../options/call-form.js';
import type { ClientOptions } from '../options/client-options.js';
import { resolveOptions } from '../options/resolve.js';
import { placementWarning } from '../placement/placement.js';
import { Redis, type ViewInteger } from './redis.js';

/**
 * Makes a client. Does no I/O: the first command, or `connect()`, does. Throws `OptionsError` at once for a bad option, with its path.
 * @example const redis = createClient('redis://127.0.0.1:6379');
 * @example const redis = createClient({ topology: cluster(['redis://10.0.0.1:7000', 'redis://10.0.0.2:7000']), reads: 'replicaPreferred' });
 */
export function createClient(url?: string): Redis;
export function createClient<const Options extends ClientOptions>(options: string | Options): Redis<string, ViewInteger<Options, number>>;
export function createClient(options?: string | ClientOptions, ...surplus: readonly unknown[]): unknown {
  refuseSurplus('createClient', 1, 'createClient(url) or createClient({ topology: single(url), … })', [options, ...surplus]);
  const resolved = resolveOptions(options);
  const { topology } = resolved;
  const warning = topology.kind === 'ring' && topology.members.length > 1 ? placementWarning(topology.placement) : null;
  if (warning !== null) reportPlacement(warning);
  const client = new Client(resolved);
  return new Redis(client, client.view({}));
}
