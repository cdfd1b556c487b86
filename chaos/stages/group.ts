import { claimPort } from '../../test/support/ports.js';
import { Relay } from '../../test/support/relay.js';
import { linked } from '../../test/support/replication.js';
import { Server, type ServerOptions } from '../../test/support/server.js';
import { until } from '../../test/support/wait.js';
import type { HostPort } from '../driver.js';
import { placeOf } from './stage.js';

/** A data server, and the way to it that it announces. */
export interface Member {
  readonly server: Server;
  /** Everybody else reaches it through this; null: directly. */
  readonly relay: Relay | null;
}

export function announced({ server, relay }: Member): HostPort {
  return relay === null ? placeOf(server) : { host: relay.host, port: relay.port };
}

/** `relays`: everybody reaches it through a relay, see `startBehindRelay`. */
export async function startMember(relays: boolean, options: ServerOptions = {}): Promise<Member> {
  return relays ? startBehindRelay(options) : { server: await Server.start(options), relay: null };
}

export function relaysOf(members: readonly Member[]): Relay[] {
  return members.flatMap(({ relay }) => relay ?? []);
}

/** A server that everybody reaches through a relay, which can swallow all its packets. */
export async function startBehindRelay(options: ServerOptions = {}): Promise<Member> {
  const port = await claimPort();
  const relay = await Relay.start({ host: '127.0.0.1', port });
  // https://redis.io/docs/latest/operate/oss_and_stack/management/replication/#configuring-replication-in-docker-and-nat
  const replica = [`replica-announce-ip ${relay.host}`, `replica-announce-port ${relay.port}`];
  const node = [`cluster-announce-port ${relay.port}`, `cluster-announce-bus-port ${port + 10_000}`];
  const announce = [...replica, ...node];
  try {
    return { server: await Server.start({ ...options, port, config: [...(options.config ?? []), ...announce] }), relay };
  } catch (error) {
    await relay.stop();
    throw error;
  }
}

/** Who says that it is a primary. */
export async function primariesOf(members: readonly Member[]): Promise<Member[]> {
  const roles = await Promise.all(members.map(async ({ server }) => (await server.info('replication').catch(() => null))?.role));
  return members.filter((_, i) => roles[i] === 'master');
}

/** Makes all others follow the primary, and resolves when they do. */
export async function follow(primary: Member, members: readonly Member[]): Promise<void> {
  const { host, port } = announced(primary);
  const others = members.filter((member) => member !== primary);
  for (const { server } of others) {
    const info = await server.info('replication');
    if (info.role !== 'slave' || info.master_port !== String(port)) await server.ask('REPLICAOF', host, port);
  }
  if (primary.relay === null) {
    await linked(
      primary.server,
      others.map(({ server }) => server),
    );
    return;
  }
  await until(
    async () =>
      (await Promise.all(others.map(({ server }) => server.info('replication')))).every(
        ({ master_port, master_link_status }) => master_port === String(port) && master_link_status === 'up',
      ),
    { timeoutMs: 30_000, what: 'the replicas follow the primary through its relay' },
  );
}

export async function stopMembers(members: readonly Member[]): Promise<void> {
  await Promise.all(
    members.map(async ({ server, relay }) => {
      relay?.resume();
      await server.stop();
      await relay?.stop();
    }),
  );
}
