import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { type ClientOptions, createClient, SlotwiseError, type TopologyOptions } from '../../lib/index.js';
import { compiled, loaderArgs } from '../support/compiled.js';
import { Server } from '../support/server.js';
import { Stopwatch } from '../support/stopwatch.js';
import { sharedTopology, type TopologyKind } from '../support/topologies.js';

interface Case {
  readonly what: string;
  readonly topology: () => TopologyOptions;
  readonly options?: Omit<ClientOptions, 'topology'>;
  /** Of what both `connect()` and a command reject with. */
  readonly code: string;
  readonly says: RegExp;
  /** Somebody has to correct the configuration: there is no sense in waiting for the deadline. */
  readonly atOnce?: boolean;
}

const nobody = { host: '127.0.0.1', port: 1 };

describe('a client that was told something wrong', () => {
  const addresses = new Map<TopologyKind | 'sentinels' | 'password', { host: string; port: number }>();
  let guarded: Server;

  before('start the servers', async function () {
    this.timeout(60_000);
    for (const kind of ['single', 'sentinel', 'cluster'] as const) {
      const running = await sharedTopology(kind);
      const [node] = running.nodes;
      const [seed] = running.seeds;
      assert.ok(node !== undefined && seed !== undefined && 'host' in seed);
      addresses.set(kind, { host: node.host, port: node.port });
      if (kind === 'sentinel') addresses.set('sentinels', seed);
    }
    guarded = await Server.start({ password: 'secret' });
    addresses.set('password', { host: guarded.host, port: guarded.port });
  });
  after(() => guarded.stop());

  const at = (name: Parameters<typeof addresses.get>[0]): { host: string; port: number } => {
    const address = addresses.get(name);
    assert.ok(address !== undefined);
    return address;
  };

  const cases: readonly Case[] = [
    {
      what: 'a server nobody runs',
      topology: () => ({ kind: 'single', address: nobody }),
      code: 'ERR_PRIMARY_UNREACHABLE',
      says: /127\.0\.0\.1:1 .*ECONNREFUSED/,
    },
    {
      what: 'a host name nobody has',
      topology: () => ({ kind: 'single', address: { host: 'no-such-host.invalid', port: 6379 } }),
      code: 'ERR_PRIMARY_UNREACHABLE',
      says: /no-such-host\.invalid/,
    },
    {
      what: 'a socket file nobody made',
      topology: () => ({ kind: 'single', address: { path: '/nonexistent/redis.sock' } }),
      code: 'ERR_PRIMARY_UNREACHABLE',
      says: /\/nonexistent\/redis\.sock.*ENOENT/,
    },
    {
      what: 'replication seeds nobody runs',
      topology: () => ({ kind: 'replication', seeds: [nobody, { ...nobody, port: 2 }] }),
      code: 'ERR_NO_SEED_REACHABLE',
      says: /127\.0\.0\.1:\d.*127\.0\.0\.1:\d/,
    },
    {
      what: 'cluster seeds nobody runs',
      topology: () => ({ kind: 'cluster', seeds: [nobody, { ...nobody, port: 2 }] }),
      code: 'ERR_NO_SEED_REACHABLE',
      says: /127\.0\.0\.1:\d.*127\.0\.0\.1:\d/,
    },
    {
      what: 'sentinels nobody runs',
      topology: () => ({ kind: 'sentinel', seeds: [nobody], name: 'mymaster', access: {} }),
      code: 'ERR_NO_SENTINEL_REACHABLE',
      says: /127\.0\.0\.1:1/,
    },
    {
      what: 'a name the sentinels do not know',
      topology: () => ({ kind: 'sentinel', seeds: [at('sentinels')], name: 'yourmaster', access: {} }),
      code: 'ERR_PRIMARY_NAME_UNKNOWN',
      says: /yourmaster/,
      atOnce: true,
    },
    {
      what: 'a data server for a sentinel',
      topology: () => ({ kind: 'sentinel', seeds: [at('single')], name: 'mymaster', access: {} }),
      code: 'ERR_NOT_A_SENTINEL',
      says: /not a sentinel/,
      atOnce: true,
    },
    {
      what: 'a cluster node for a sentinel',
      topology: () => ({ kind: 'sentinel', seeds: [at('cluster')], name: 'mymaster', access: {} }),
      code: 'ERR_NOT_A_SENTINEL',
      says: /not a sentinel/,
      atOnce: true,
    },
    {
      what: 'a sentinel for a single server',
      topology: () => ({ kind: 'single', address: at('sentinels') }),
      code: 'ERR_IS_A_SENTINEL',
      says: /use sentinel\(/,
      atOnce: true,
    },
    {
      what: 'a sentinel for a replication group',
      topology: () => ({ kind: 'replication', seeds: [at('sentinels')] }),
      code: 'ERR_IS_A_SENTINEL',
      says: /use sentinel\(/,
      atOnce: true,
    },
    {
      what: 'a sentinel for a cluster',
      topology: () => ({ kind: 'cluster', seeds: [at('sentinels')] }),
      code: 'ERR_IS_A_SENTINEL',
      says: /use sentinel\(/,
      atOnce: true,
    },
    {
      what: 'a cluster node for a single server',
      topology: () => ({ kind: 'single', address: at('cluster') }),
      code: 'ERR_IS_A_CLUSTER',
      says: /use cluster\(/,
      atOnce: true,
    },
    {
      what: 'a cluster node for a replication group',
      topology: () => ({ kind: 'replication', seeds: [at('cluster')] }),
      code: 'ERR_IS_A_CLUSTER',
      says: /use cluster\(/,
      atOnce: true,
    },
    {
      what: 'a single server for a cluster',
      topology: () => ({ kind: 'cluster', seeds: [at('single')] }),
      code: 'ERR_NOT_A_CLUSTER',
      says: /not a cluster node.*use single\(/,
      atOnce: true,
    },
    {
      what: 'no password',
      topology: () => ({ kind: 'single', address: at('password') }),
      code: 'ERR_AUTH',
      says: /wants credentials and got none: NOAUTH/,
      atOnce: true,
    },
    {
      what: 'a wrong password',
      topology: () => ({ kind: 'single', address: at('password') }),
      options: { password: 'wrong' },
      code: 'ERR_AUTH',
      says: /refused the credentials: WRONGPASS/,
      atOnce: true,
    },
    {
      what: 'a wrong password by RESP2',
      topology: () => ({ kind: 'single', address: at('password') }),
      options: { password: 'wrong', protocol: 2 },
      code: 'ERR_AUTH',
      says: /WRONGPASS/,
      atOnce: true,
    },
    {
      what: 'a wrong user in a replication group',
      topology: () => ({ kind: 'replication', seeds: [at('password')] }),
      options: { username: 'no', password: 'no' },
      code: 'ERR_AUTH',
      says: /WRONGPASS/,
      atOnce: true,
    },
    {
      what: 'a wrong password in a cluster',
      topology: () => ({ kind: 'cluster', seeds: [at('password')] }),
      options: { password: 'wrong' },
      code: 'ERR_AUTH',
      says: /WRONGPASS/,
      atOnce: true,
    },
    {
      what: 'a database that is not there',
      topology: () => ({ kind: 'single', address: at('single') }),
      options: { database: 9_999 },
      code: 'ERR_DATABASE',
      says: /refused SELECT: ERR DB index is out of range/,
      atOnce: true,
    },
    {
      what: 'TLS where there is none',
      topology: () => ({ kind: 'single', address: at('single') }),
      options: { tls: true, connectTimeoutMs: 300 },
      code: 'ERR_PRIMARY_UNREACHABLE',
      says: /handshake.*does this port speak TLS\?/,
    },
  ];

  const timeoutMs = 800;
  for (const { what, topology, options, code, says, atOnce = false } of cases) {
    it(`(${what}) says ${code}${atOnce ? ' at once' : ' by its deadline'}`, async () => {
      // What comes at once has not waited for a deadline that is far off.
      const redis = createClient({ topology: topology(), timeoutMs: atOnce ? 10_000 : timeoutMs, ...options });
      const codes: string[] = [];
      redis.on('error', (error) => codes.push(error.code));
      try {
        const watch = Stopwatch.start();
        const [connecting, command] = await Promise.all(
          [redis.connect(), redis.set('k', '1')].map((promise) =>
            promise.then(
              () => assert.fail('it worked'),
              (error: unknown) => error,
            ),
          ),
        );
        const tookMs = watch.ownMs;
        assert.ok(connecting instanceof SlotwiseError && command instanceof SlotwiseError, `${connecting}, ${command}`);
        assert.equal(connecting.code, code, connecting.message);
        assert.match(connecting.message, says);
        assert.equal(command.executed, 'no');
        // A command may say that its time was up; then it tells the reason too.
        if (command.code !== 'ERR_TIMEOUT') assert.equal(command.code, code, command.message);
        assert.match(command.message, says);
        assert.ok(tookMs < (atOnce ? 500 : timeoutMs + 300), `${Math.round(tookMs)} ms`);
        if (atOnce) {
          const again = Stopwatch.start();
          await assert.rejects(redis.get('k'), { code });
          assert.ok(again.ownMs < 200, 'the next command is told at once too');
        }
        assert.equal(redis.stats().commands, 0);
      } finally {
        await redis.close();
      }
    });
  }

  it('(some seeds are down) works all the same', async () => {
    for (const kind of ['replication', 'sentinel', 'cluster'] as const) {
      const options = (await sharedTopology(kind)).createOptions();
      assert.ok('seeds' in options);
      await using redis = createClient({
        topology: { ...options, seeds: [nobody, { host: 'no-such-host.invalid', port: 6379 }, ...options.seeds] },
      });
      const watch = Stopwatch.start();
      await redis.connect();
      const { ownMs } = watch;
      assert.ok(ownMs < 1_500, `${kind} took ${Math.round(ownMs)} ms`);
      assert.equal(await redis.set('k', '1'), 'OK');
    }
  }).timeout(60_000);

  it('ends without an unhandled rejection, also if nobody looks at any promise', async () => {
    const program = `
      import { createClient } from ${JSON.stringify(await compiled('lib/index.ts'))};
      const redis = createClient({ topology: { kind: 'cluster', seeds: [${JSON.stringify(nobody)}] }, timeoutMs: 200 });
      process.on('unhandledRejection', (error) => console.log('unhandled', error.code));
      await redis.connect().catch((error) => console.log(error.code));
      await redis.get('k').catch((error) => console.log(error.code));
      await redis.close();`;
    const child = spawn(process.execPath, [...loaderArgs, '--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    const code = await new Promise((done) => child.once('close', done));
    assert.equal(output, 'ERR_NO_SEED_REACHABLE\nERR_TIMEOUT\n');
    assert.equal(code, 0);
  });
});

describe('options that cannot be', () => {
  const wrong: readonly (readonly [options: unknown, path: string])[] = [
    [{ topology: { kind: 'mesh' } }, 'topology'],
    [{ topology: { kind: 'cluster', seeds: [] } }, 'seeds'],
    [{ timeoutMs: -1 }, 'timeoutMs'],
    [{ timeoutMs: '5s' }, 'timeoutMs'],
    [{ reads: 'slave' }, 'reads'],
    [{ pool: { shared: 0 } }, 'pool.shared'],
    [{ nonsense: true }, 'nonsense'],
    ['http://localhost', 'url'],
    ['redis://localhost:99999', 'url'],
  ];
  for (const [options, path] of wrong) {
    it(`are refused at once and by name: ${JSON.stringify(options)}`, () => {
      assert.throws(
        () => createClient(options as ClientOptions),
        (error: SlotwiseError & { path?: string }) => {
          assert.equal(error.code, 'ERR_OPTIONS');
          assert.ok(error.path?.includes(path) || error.message.includes(path), error.message);
          return true;
        },
      );
    });
  }
});
