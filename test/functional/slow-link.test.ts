import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, type Redis } from '../../lib/index.js';
import { type Address, addressKey } from '../../lib/options/address.js';
import type { TopologyOptions } from '../../lib/options/topology.js';
import { Relay } from '../support/relay.js';
import { chosenKinds, type RunningTopology, sharedTopology, startTopology, type TopologyKind } from '../support/topologies.js';

/** More than the 3 s after which a connection that says nothing is given up. */
const UPLOAD_MS = 4_500;
const LINE = { bytesPerSecond: 250_000, slice: 1_400 };
/** In each direction. */
const LATENCY_MS = 5;

interface Books {
  readonly kind: TopologyKind;
  readonly large: string;
  readonly stored: number;
  readonly counted: number;
  readonly acknowledged: number;
  readonly failures: readonly string[];
}

/** What callers are told on a slow link while a large value is on its way. */
/** The topology with its servers at the near ends of the links. */
function behindLinks(topology: TopologyOptions, linkTo: (address: Address) => Address): TopologyOptions {
  switch (topology.kind) {
    case 'single':
      return { ...topology, address: linkTo(topology.address) };
    case 'endpoints':
      return { ...topology, addresses: topology.addresses.map(linkTo) };
    case 'ring': {
      const members = topology.members.map((member) =>
        member.topology.kind === 'single'
          ? { ...member, topology: { ...member.topology, address: linkTo(member.topology.address) } }
          : { ...member, topology: { ...member.topology, seeds: member.topology.seeds.map(linkTo) } },
      );
      return { ...topology, members };
    }
    default:
      return { ...topology, seeds: topology.seeds.map(linkTo) };
  }
}

async function booksOf(running: RunningTopology, login: { readonly username?: string; readonly password?: string } = {}): Promise<Books> {
  const links = new Map<string, Relay>();
  for (const { host, port } of running.nodes) {
    const link = await Relay.start({ host, port });
    links.set(`${host}:${port}`, Object.assign(link, { line: LINE, delayMs: LATENCY_MS }));
  }
  const linkTo = (address: Address): Address => {
    const link = links.get(addressKey(address));
    return link === undefined ? address : { host: link.host, port: link.port };
  };
  const topology = behindLinks(running.createOptions(), linkTo);
  const redis = createClient({
    ...login,
    topology,
    addressMap: (address: string) => links.get(address)?.address,
    timeoutMs: 30_000,
  });
  try {
    return await underLoad(running.kind, redis);
  } finally {
    redis.destroy();
    for (const link of links.values()) await link.stop();
  }
}

/** Of a user who may not ask what the server knows of a connection, as many may not. */
async function booksOfRestricted(): Promise<Books> {
  await using running = await startTopology('single');
  const login = { username: 'restricted', password: 'secret' };
  await running.group.ask('ACL', 'SETUSER', login.username, 'on', `>${login.password}`, '~*', '+@all', '-@dangerous');
  return await booksOf(running, login);
}

async function underLoad(kind: TopologyKind, redis: Redis): Promise<Books> {
  const failures: string[] = [];
  let acknowledged = 0;
  redis.on('error', () => {});
  const key = `{slow-link}:${kind}`;
  await redis.del([`${key}:n`]);
  let isOver = false;
  const upload = redis
    .set(`${key}:large`, Buffer.alloc((LINE.bytesPerSecond * UPLOAD_MS) / 1_000, 'x'))
    .catch(String)
    .finally(() => {
      isOver = true;
    });
  const pending: Promise<unknown>[] = [];
  while (!isOver) {
    for (const call of [redis.incr(`${key}:n`).then(() => acknowledged++), redis.get(`${key}:n`)]) {
      pending.push(call.catch((error: unknown) => failures.push(String(error))));
    }
    await sleep(50);
  }
  await Promise.all(pending);
  return {
    kind,
    large: String(await upload),
    stored: await redis.strlen(`${key}:large`),
    counted: Number(await redis.get(`${key}:n`)),
    acknowledged,
    failures,
  };
}

describe('a slow link', () => {
  it('fails nothing while a large value is on its way, in any topology', async function () {
    this.timeout(120_000);
    const stored = (LINE.bytesPerSecond * UPLOAD_MS) / 1_000;
    const all = chosenKinds().map(async (kind) => booksOf(await sharedTopology(kind)));
    for (const { kind, acknowledged, ...books } of await Promise.all([...all, booksOfRestricted()])) {
      assert.ok(acknowledged > 10, `${kind}: ${acknowledged} writes`);
      assert.deepEqual(books, { large: 'OK', stored, counted: acknowledged, failures: [] }, kind);
    }
  });
});
