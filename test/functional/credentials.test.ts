import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  AuthError,
  type ClientOptions,
  type Credentials,
  createClient,
  type Redis,
  type SlotwiseError,
  sentinel,
  single,
} from '../../lib/index.js';
import { error as errorReply, FakeServer, ok, silence, status } from '../support/fake-server.js';
import { SentinelGroup } from '../support/sentinel.js';
import { Server } from '../support/server.js';
import { forEachTopology, type RunningTopology } from '../support/topologies.js';
import { until } from '../support/wait.js';

const USER = 'rotated';

/** A user on all data nodes, whose passwords the test sets. */
class RotatedUser {
  constructor(private readonly nodes: readonly Server[]) {}

  async #set(...rules: string[]): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.ask('ACL', 'SETUSER', USER, ...rules)));
  }

  create(password: string): Promise<void> {
    return this.#set('reset', 'on', `>${password}`, '~*', '&*', '+@all');
  }

  add(password: string): Promise<void> {
    return this.#set(`>${password}`);
  }

  remove(password: string): Promise<void> {
    return this.#set(`<${password}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.ask('ACL', 'DELUSER', USER)));
  }
}

async function userOf(running: RunningTopology, password: string): Promise<RotatedUser> {
  const user = new RotatedUser(running.nodes);
  await user.create(password);
  return user;
}

/** Eight callers that write and read until stopped. Rejects with the first error any of them got. */
function load(redis: Redis): { readonly count: number; stop(): Promise<number> } {
  let stopped = false;
  let count = 0;
  const caller = async (id: number): Promise<void> => {
    while (!stopped) {
      await redis.set(`k${id}`, String(count));
      await redis.get(`k${id}`);
      count++;
    }
  };
  const callers = Promise.all(Array.from({ length: 8 }, (_, id) => caller(id)));
  return {
    get count() {
      return count;
    },
    stop: async () => {
      stopped = true;
      await callers;
      return count;
    },
  };
}

/** How often the servers saw a login that worked, by `INFO commandstats`. */
async function logins(nodes: readonly Server[]): Promise<number> {
  const counts = await Promise.all(
    nodes.map(async (node) => {
      const { cmdstat_auth = '' } = await node.info('commandstats');
      return Number(/calls=(\d+)/.exec(cmdstat_auth)?.[1] ?? 0);
    }),
  );
  return counts.reduce((sum, one) => sum + one, 0);
}

describe('credentials that change', () => {
  forEachTopology((t) => {
    it('loses no command when a password is rotated under load and the client logs in again', async () => {
      await using user = await userOf(t.running, 'first');
      let password = 'first';
      await using redis = createClient({ topology: t.createOptions(), credentials: () => ({ username: USER, password }) });
      const errors: SlotwiseError[] = [];
      redis.on('error', (error) => errors.push(error));
      await redis.connect();
      const running = load(redis);
      await until(() => running.count > 10, { what: 'it runs' });
      const before = await logins(t.running.nodes);
      for (const next of ['second', 'third']) {
        await user.add(next);
        const old = password;
        password = next;
        await redis.reauthenticate();
        await user.remove(old);
        await sleep(30);
      }
      assert.ok((await running.stop()) > 20);
      assert.ok((await logins(t.running.nodes)) >= before + 2);
      assert.deepEqual(errors, []);
    });

    it('loses no command when tokens expire: it asks for another in time', async () => {
      await using _user = await userOf(t.running, 'token');
      let asked = 0;
      const credentials = (): Credentials => {
        asked++;
        return { username: USER, password: 'token', expiresInMs: 100 };
      };
      await using redis = createClient({ topology: t.createOptions(), credentials });
      await redis.connect();
      const running = load(redis);
      const before = asked;
      const loginsBefore = await logins(t.running.nodes);
      await until(async () => asked - before >= 3 && (await logins(t.running.nodes)) - loginsBefore >= 3, {
        what: 'it logged in three times',
      });
      await running.stop();
    });
  });

  const start = (credentials: ClientOptions['credentials'], server: FakeServer | Server): Redis =>
    createClient({ topology: single(server.address), ...(credentials === undefined ? {} : { credentials }) });

  it('sends AUTH in order among the commands of the callers', async () => {
    await using server = await FakeServer.start(([name]) => (name === 'GET' ? status('x') : undefined));
    await using redis = start(() => ({ username: 'u', password: 'p' }), server);
    await redis.get('a');
    server.received.length = 0;
    const first = redis.get('b');
    const login = redis.reauthenticate();
    await first;
    await login;
    const words = server.received.map((command) => command.join(' '));
    // The monitor's own connection logs in, too.
    assert.deepEqual(
      words.filter((line) => line === 'AUTH u p'),
      ['AUTH u p', 'AUTH u p'],
    );
  });

  it('logs in as the default user where no user is named, also in RESP2', async () => {
    for (const [protocol, line] of [[3, 'AUTH default p'] as const, [2, 'AUTH p'] as const]) {
      await using server = await FakeServer.start();
      await using redis = createClient({ topology: single(server.address), protocol, credentials: () => ({ password: 'p' }) });
      await redis.connect();
      const data = server.openConnections.find((connection) => connection.protocol === protocol && connection.received.length > 0);
      const before = data?.received.length ?? 0;
      await redis.reauthenticate();
      assert.ok(
        server.openConnections.some(({ received }) => received.slice(before).some((command) => command.join(' ') === line)),
        JSON.stringify(server.received),
      );
    }
  });

  it('closes a connection whose login is refused once it is answered, tells it as an error, and goes on with another', async () => {
    let refuse = false;
    let answer = (): void => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await using server = await FakeServer.start(async ([name, key]) => {
      if (name === 'AUTH' && refuse) return errorReply('WRONGPASS invalid username-password pair or user is disabled.');
      if (name === 'GET') {
        if (key === 'slow') await answered;
        return status(`value of ${key}`);
      }
      return undefined;
    });
    await using redis = start(() => ({ username: 'u', password: 'p' }), server);
    const errors: SlotwiseError[] = [];
    redis.on('error', (error) => errors.push(error));
    await redis.get('a');
    const [data] = server.connections.filter(({ received }) => received.some(([name]) => name === 'GET'));
    refuse = true;
    const login = redis.reauthenticate();
    const slow = redis.get('slow');
    answer();
    await assert.rejects(login, AuthError);
    refuse = false;
    assert.equal(await slow, 'value of slow');
    assert.equal(await redis.get('b'), 'value of b');
    assert.ok(errors.length > 0 && errors.every((error) => error instanceof AuthError), String(errors));
    await until(() => data?.socket.destroyed);
  });

  it('does not use a lease again that was out when the credentials changed, and leaves it alone until then', async () => {
    await using server = await Server.start();
    await using redis = start(() => ({ username: 'default', password: 'any' }), server);
    const id = (): Promise<number> => redis.lease(async (one) => Number(await one.call('CLIENT', 'ID')));
    const idle = await id();
    await redis.reauthenticate();
    assert.equal(await id(), idle, 'an idle one logs in again');
    const replies = await redis.lease(async (one) => {
      await one.call('MULTI');
      await redis.reauthenticate();
      await one.call('CLIENT', 'ID');
      return await one.call('EXEC');
    });
    assert.deepEqual(replies, [idle]);
    assert.notEqual(await id(), idle);
  });

  it('asks again after a moment when the function fails, and goes on with what is logged in', async () => {
    await using server = await FakeServer.start(([name]) => (name === 'GET' ? status('x') : undefined));
    let failing = false;
    let asked = 0;
    await using redis = start(() => {
      asked++;
      if (failing) throw new Error('the vault is sealed');
      return { password: 'p', expiresInMs: 50 };
    }, server);
    const errors: SlotwiseError[] = [];
    redis.on('error', (error) => errors.push(error));
    await redis.get('a');
    failing = true;
    await until(() => errors.length > 0);
    assert.match(errors[0]?.message ?? '', /the vault is sealed/);
    assert.equal(await redis.get('a'), 'x');
    failing = false;
    const before = asked;
    await until(() => asked > before + 1);
    assert.equal(await redis.get('a'), 'x');
  });

  it('refuses what is no credentials, and says what it got', async () => {
    await using server = await FakeServer.start();
    const wrong = { username: 'u', token: 'secret' } as unknown as Credentials;
    for (const [given, message] of [
      [wrong, /from credentials\(\), got an object/],
      [{ password: 'p', expiresInMs: 0 }, /positive expiresInMs/],
      [null as unknown as Credentials, /got null/],
    ] as const) {
      const redis = createClient({ topology: single(server.address), credentials: () => given, timeoutMs: 200, connectTimeoutMs: 100 });
      await assert.rejects(redis.connect(), message);
      redis.destroy();
    }
  });

  it('does not wait for a server that hangs', async () => {
    await using server = await FakeServer.start(([name]) => (name === 'AUTH' ? silence : undefined));
    const redis = createClient({ topology: single(server.address), credentials: () => ({ password: 'p' }), connectTimeoutMs: 200 });
    await redis.connect();
    await redis.reauthenticate();
    redis.destroy();
    await assert.rejects(redis.reauthenticate(), { code: 'ERR_CLOSED' });
  });

  it('forgets the timer when it is closed', async () => {
    await using server = await FakeServer.start();
    let asked = 0;
    const redis = start(() => {
      asked++;
      return { password: 'p', expiresInMs: 40 };
    }, server);
    await redis.connect();
    await redis.close();
    const before = asked;
    await sleep(80);
    assert.equal(asked, before);
  });

  it('logs in again on the connections to sentinels, with their own credentials', async () => {
    await using group = await SentinelGroup.start();
    const ask = (...words: string[]): Promise<unknown[]> => Promise.all(group.sentinels.map((one) => one.ask(...words)));
    for (const name of ['one', 'two']) await ask('ACL', 'SETUSER', name, 'on', `>${name}`, '&*', '+@all');
    let name = 'one';
    const credentials = (): Credentials => ({ username: name, password: name });
    const seeds = group.sentinels.map(({ address }) => address);
    await using redis = createClient({ topology: sentinel(seeds, group.name, { credentials }) });
    const errors: SlotwiseError[] = [];
    redis.on('error', (error) => errors.push(error));
    await redis.set('a', '1');
    /** Ids of the connections of a user, a list a sentinel. */
    const connectionsOf = async (user: string): Promise<string[][]> => {
      const lists = await ask('CLIENT', 'LIST');
      return lists.map((list) => [...String(list).matchAll(new RegExp(`^id=(\\d+) .* user=${user} `, 'gm'))].map(([, id = '']) => id));
    };
    await until(async () => (await connectionsOf('one')).every((ids) => ids.length > 0));
    const before = await connectionsOf('one');
    name = 'two';
    await redis.reauthenticate();
    assert.deepEqual(await connectionsOf('two'), before);
    await ask('ACL', 'SETUSER', 'one', 'off');
    await group.failover();
    assert.equal(await redis.set('a', '2'), 'OK');
    assert.deepEqual(errors, []);
  });

  it('answers ok to whoever has nothing to log in with', async () => {
    await using server = await FakeServer.start(() => ok);
    const redis = start(undefined, server);
    await redis.reauthenticate();
    assert.equal(server.count('AUTH'), 0);
    redis.destroy();
  });
});
