import assert from 'node:assert/strict';
import sinon from 'sinon';
import { BullConnection } from '../../../../lib/entries/bullmq/connection.js';
import { Engine } from '../../../../lib/entries/bullmq/engine.js';
import { ConnectionLostError, TimeoutError } from '../../../../lib/index.js';
import { RecordingRedis } from '../../../support/recording-redis.js';

const EVENTS = ['connect', 'ready', 'close', 'end'];

/** A connection, and what it tells with the status at that moment. */
function watched(recorder = new RecordingRedis()): { recorder: RecordingRedis; connection: BullConnection; told: string[] } {
  const connection = new BullConnection({ engine: Engine.ofClient(recorder.redis), timeoutMs: 0, resends: false });
  const told: string[] = [];
  for (const name of EVENTS) connection.on(name, () => told.push(`${name}: ${connection.status}`));
  return { recorder, connection, told };
}

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('a connection for BullMQ', () => {
  it('connects by itself, and is not ready at once', async () => {
    const { connection, told } = watched();
    assert.equal(connection.status, 'connecting');
    await connection.connect();
    assert.equal(connection.status, 'ready');
    assert.deepEqual(told, ['connect: ready', 'ready: ready']);
    await connection.connect();
    assert.equal(told.length, 2, 'it is connected already');
  });

  it('has what BullMQ looks for', async () => {
    const { connection } = watched();
    assert.equal(connection.__bullmq_iredis, true);
    assert.equal(connection.options.maxRetriesPerRequest, null);
    assert.equal(connection.options.keyPrefix, undefined);
    assert.ok(connection.options.redisOptions);
    assert.equal(connection.isCluster, false);
    assert.deepEqual(connection.nodes(), [connection]);
    const duplicate = connection.duplicate({ connectionName: 'bull:cQ==' });
    assert.equal(duplicate.options.connectionName, 'bull:cQ==');
    assert.equal(duplicate.status, 'connecting');
    await duplicate.connect();
    assert.equal(duplicate.status, 'ready');
  });

  it('tells of its end when what blocks has ended, and refuses commands from the beginning', async () => {
    const { recorder, connection, told } = watched();
    await connection.connect();
    told.length = 0;
    connection.disconnect();
    connection.disconnect();
    assert.deepEqual(told, [], 'those who listen from now on hear of it');
    await assert.rejects(connection.get('k'), { message: 'Connection is closed.' });
    await assert.rejects(connection.bzpopmin('k', 1), { message: 'Connection is closed.' });
    await assert.rejects(connection.multi().llen('k').exec(), { message: 'Connection is closed.' });
    assert.throws(() => connection.scanStream({ match: '*' }), { message: 'Connection is closed.' });
    await turn();
    assert.deepEqual(told, ['close: end', 'end: end']);
    assert.equal(recorder.ended, 'destroyed');
  });

  it('quits before it tells of its end', async () => {
    const { recorder, connection, told } = watched();
    await connection.connect();
    told.length = 0;
    assert.equal(await connection.quit(), 'OK');
    assert.equal(recorder.ended, 'closed');
    assert.deepEqual(told, []);
    connection.status = 'end'; // as BullMQ does
    await turn();
    assert.deepEqual(told, ['close: end', 'end: end']);
    assert.equal(await connection.quit(), 'OK');
    assert.equal(told.length, 2);
  });

  it('opens again', async () => {
    const { recorder, connection, told } = watched();
    await connection.connect();
    connection.disconnect();
    await connection.connect();
    assert.deepEqual(told.slice(2), ['close: end', 'end: end', 'connect: ready', 'ready: ready']);
    recorder.reply = 'v';
    assert.equal(await connection.get('k'), 'v');
    connection.disconnect(true);
    await turn();
    assert.equal(connection.status, 'ready');
  });

  it('ends while it connects', async () => {
    const recorder = new RecordingRedis();
    recorder.connects = () => new Promise(() => {});
    const { connection, told } = watched(recorder);
    const connecting = connection.connect();
    recorder.connects = () => Promise.resolve();
    connection.disconnect();
    await turn();
    assert.deepEqual(told, ['close: end', 'end: end']);
    void connecting;
    await connection.connect();
    assert.equal(connection.status, 'ready');
  });

  it('tries to connect until it does, and tells what failed', async () => {
    const time = sinon.useFakeTimers();
    const recorder = new RecordingRedis();
    let failures = 2;
    recorder.connects = () => (failures-- > 0 ? Promise.reject(new TimeoutError('nobody answers')) : Promise.resolve());
    const { connection } = watched(recorder);
    const errors: unknown[] = [];
    connection.on('error', (error) => errors.push(error));
    const ready = connection.connect();
    await time.tickAsync(5_000);
    await ready;
    time.restore();
    assert.deepEqual(errors.map(String), ['TimeoutError: nobody answers', 'TimeoutError: nobody answers']);
  });

  it('passes on what the client tells of no command', async () => {
    const { recorder, connection } = watched();
    const errors: unknown[] = [];
    connection.on('error', (error) => errors.push(error));
    const error = new ConnectionLostError('gone');
    for (const listener of recorder.listeners) listener(error);
    assert.deepEqual(errors, [error]);
  });

  it('ends where the client that it stands on has a prefix for keys', async () => {
    const recorder = new RecordingRedis();
    recorder.keyPrefix = 'app:';
    const { connection, told } = watched(recorder);
    const errors: unknown[] = [];
    connection.on('error', (error) => errors.push(error));
    await assert.rejects(connection.connect(), { name: 'OptionsError', message: /keyPrefix/ });
    await turn();
    assert.deepEqual(told, ['close: end', 'end: end']);
    assert.match(String(errors), /keyPrefix/);
  });

  it('has a connection of its own for what blocks and for its name, and only if it needs one', async () => {
    const { recorder, connection } = watched();
    await connection.connect();
    assert.deepEqual(recorder.dedicated, [], 'a queue needs none');
    const worker = connection.duplicate({ connectionName: 'bull:bWFpbHM=:w:a' });
    const events = connection.duplicate();
    await Promise.all([worker.connect(), events.connect()]);
    assert.deepEqual(recorder.dedicated, [{ key: 'bull:mails:marker', clientName: 'bull:bWFpbHM=:w:a' }, {}]);
    await events.clientSetName('bull:bWFpbHM=:qe');
    await worker.bzpopmin('bull:mails:marker', 5);
    await events.xread([{ key: 'bull:mails:events', id: '$' }], { BLOCK: 5, COUNT: 2 });
    assert.deepEqual(recorder.calls, [
      ['own ', 'CLIENT', 'SETNAME', 'bull:bWFpbHM=:qe'],
      ['own ', 'BZPOPMIN', 'bull:mails:marker', 5],
      ['again ', 'XREVRANGE', 'bull:mails:events', '+', '-', 'COUNT', 1],
      ['own ', 'XREAD', 'BLOCK', 5, 'COUNT', 2, 'STREAMS', 'bull:mails:events', '0-0'],
    ]);
    assert.equal(recorder.dedicated.length, 2);
  });

  it('reads from the last entry of the moment of the call, also where a connection has to be opened first', async () => {
    const { recorder, connection } = watched();
    await connection.connect();
    recorder.reply = ([command]) => (command === 'XREVRANGE' ? [['7-1', ['event', 'added']]] : null);
    await connection.xread([{ key: 'bull:mails:events', id: '$' }], { BLOCK: 5 });
    assert.deepEqual(recorder.calls.at(-1)?.slice(-2), ['bull:mails:events', '7-1']);
  });

  it('opens it where there are several shards when a name tells in which the queue is', async () => {
    const recorder = new RecordingRedis();
    recorder.topology = { slots: {}, shards: [], kind: 'cluster' };
    const { connection } = watched(recorder);
    const events = connection.duplicate();
    await events.connect();
    assert.equal(events.isCluster, true);
    assert.deepEqual(recorder.dedicated, []);
    assert.equal(await events.clientSetName('{bull}:bWFpbHM=:qe'), 'OK');
    assert.deepEqual(recorder.dedicated, [{ key: '{bull}:mails:marker', clientName: '{bull}:bWFpbHM=:qe' }]);
  });

  it('has the client block for it about keys that its own connection does not lead to', async () => {
    const recorder = new RecordingRedis();
    recorder.topology = { slots: {}, shards: [], kind: 'cluster' };
    recorder.slotOf = (key) => key.length;
    const { connection } = watched(recorder);
    await connection.bzpopmin('one', 1);
    await connection.bzpopmin('two', 1);
    await connection.bzpopmin('three', 1);
    assert.deepEqual(recorder.dedicated, [{ key: 'one' }]);
    assert.deepEqual(
      recorder.calls.map(([how, , key]) => `${how}${String(key)}`),
      ['own one', 'own two', 'three'],
    );
  });

  it('opens again after its end, also where BullMQ has written it before', async () => {
    const { connection, told } = watched();
    await connection.connect();
    connection.disconnect();
    connection.status = 'end';
    await connection.connect();
    assert.deepEqual(told.slice(2), ['close: end', 'end: end', 'connect: ready', 'ready: ready']);
  });

  it('goes on when a listener throws, and warns of it', async () => {
    const { connection } = watched();
    const warnings: string[] = [];
    const warn = sinon.stub(process, 'emitWarning').callsFake((text) => void warnings.push(String(text)));
    connection.on('ready', () => {
      throw new Error('a mistake');
    });
    await connection.connect();
    warn.restore();
    assert.equal(connection.status, 'ready');
    assert.deepEqual(warnings, ["A listener of 'ready' threw"]);
  });

  it('takes a wake-up that may have been lost for none, so that the worker looks at once', async () => {
    const { recorder, connection } = watched();
    recorder.reply = new ConnectionLostError('gone', { executed: 'unknown' });
    assert.equal(await connection.bzpopmin('k', 5), null);
    assert.equal(await connection.xread([{ key: 'k', id: '1-1' }], { BLOCK: 5 }), null);
    recorder.reply = ['k', '0', '0'];
    assert.deepEqual(await connection.bzpopmin('k', 5), ['k', '0', '0']);
  });
});
