import assert from 'node:assert/strict';
import { error, ok, status } from '../../../support/fake-server.js';
import { askFrom, assertNoPendingCommands, movedTo, namingServer, rejected, ScriptedCluster, SLOT_OF_B } from '../scripted.js';

describe('a transaction in a cluster', () => {
  let cluster: ScriptedCluster;
  beforeEach(async () => {
    cluster = await ScriptedCluster.start(3);
    cluster.script = namingServer();
  });
  afterEach(async () => {
    await assertNoPendingCommands();
    await cluster.stop();
  });

  type Refusal = (server: number, name: string, asked: boolean) => ReturnType<typeof error> | undefined;

  /** Servers that queue and execute, unless `refuse` says no to a command. */
  const transactional = (refuse: Refusal): void => {
    const states = new WeakMap<object, { asking: boolean; asked: boolean; queued: string[]; broken: boolean }>();
    cluster.script = (server, [name = '', ...args], connection) => {
      const state = states.get(connection) ?? { asking: false, asked: false, queued: [], broken: false };
      states.set(connection, state);
      if (name === 'ASKING') {
        state.asking = true;
        return ok;
      }
      if (name === 'MULTI') {
        Object.assign(state, { asked: state.asking, asking: false, queued: [], broken: false });
        return ok;
      }
      if (!['SET', 'INCR', 'EXISTS', 'MSETEX', 'EXEC'].includes(name)) return undefined;
      const refusal = refuse(server, name, state.asked);
      if (refusal !== undefined) {
        state.broken = true;
        return refusal;
      }
      if (name !== 'EXEC') {
        state.queued.push([name, ...args].join(' '));
        return status('QUEUED');
      }
      return state.broken
        ? error('EXECABORT Transaction discarded because of previous errors.')
        : state.queued.map((text) => `${server}: ${text}`);
    };
  };

  const run = (): Promise<unknown> => cluster.client().multi().set('b', '1').incr('{b}n').exec({ errors: 'inline' });

  it('goes as one piece to where MOVED says', async () => {
    transactional((server, name) => (server === 0 && name !== 'EXEC' ? movedTo(cluster.server(1), SLOT_OF_B) : undefined));
    assert.deepEqual(await run(), ['1: SET b 1', '1: INCR {b}n']);
    assert.deepEqual(cluster.received(1, 'ASKING', 'MULTI', 'SET', 'INCR', 'EXEC'), ['MULTI', 'SET b 1', 'INCR {b}n', 'EXEC']);
  });

  it('goes as one piece when only EXEC is answered MOVED', async () => {
    transactional((server, name) => (server === 0 && name === 'EXEC' ? movedTo(cluster.server(1), SLOT_OF_B) : undefined));
    assert.deepEqual(await run(), ['1: SET b 1', '1: INCR {b}n']);
  });

  it('asks once, before MULTI', async () => {
    transactional((server, name, asked) => {
      if (server === 0 && name === 'SET') return askFrom(cluster.server(1), SLOT_OF_B);
      return server === 1 && !asked ? movedTo(cluster.server(0), SLOT_OF_B) : undefined;
    });
    assert.deepEqual(await run(), ['1: SET b 1', '1: INCR {b}n']);
    assert.deepEqual(cluster.received(1, 'ASKING', 'MULTI', 'SET', 'INCR', 'EXEC'), ['ASKING', 'MULTI', 'SET b 1', 'INCR {b}n', 'EXEC']);
  });

  it('is tried again as one piece after TRYAGAIN', async () => {
    let left = 2;
    transactional((_, name) => (name === 'INCR' && left-- > 0 ? error('TRYAGAIN Multiple keys request') : undefined));
    assert.deepEqual(await run(), ['0: SET b 1', '0: INCR {b}n']);
    assert.equal(cluster.received(0, 'MULTI').length, 3);
  });

  it('rejects with what was wrong with the queued command, not with EXECABORT', async () => {
    transactional((_, name) => (name === 'INCR' ? error("ERR wrong number of arguments for 'incr' command") : undefined));
    const reason = await rejected(run());
    assert.equal(reason.message, "ERR wrong number of arguments for 'incr' command");
  });

  it('is what MSETEX goes in, because there is a server that does not look whose its keys are', async () => {
    transactional((server, name) => (server === 0 && name === 'EXISTS' ? movedTo(cluster.server(1), SLOT_OF_B) : undefined));
    const redis = cluster.client();
    assert.equal(await redis.call('MSETEX', 2, 'b', '1', '{b}2', '2', 'EX', 9), '1: MSETEX 2 b 1 {b}2 2 EX 9');
    assert.deepEqual(cluster.received(0, 'EXISTS'), ['EXISTS b {b}2']);
    assert.equal(await redis.call('MSETEX', 1, 'b', '1'), '1: MSETEX 1 b 1');
  });

  it('over two slots is refused before anything is sent', async () => {
    const redis = cluster.client();
    assert.equal((await rejected(redis.multi().set('a', '1').set('b', '1').exec())).code, 'ERR_CROSS_SLOT');
    assert.equal(
      cluster.servers.reduce((sum, server) => sum + server.count('MULTI'), 0),
      0,
    );
  });
});
