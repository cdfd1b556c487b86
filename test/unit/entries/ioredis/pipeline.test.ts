import assert from 'node:assert/strict';
import { ClientCommander } from '../../../../lib/entries/ioredis/client-commander.js';
import { Command } from '../../../../lib/entries/ioredis/command.js';
import type { BatchOutcome, CommandBatch } from '../../../../lib/entries/ioredis/command-target.js';

/** Object whose batches are answered by a function, and kept. */
class ScriptedObject extends ClientCommander {
  readonly isCluster = false;
  readonly options = {};
  readonly batches: unknown[] = [];
  readonly seen: string[] = [];

  constructor(
    private readonly answer: (words: string[][]) => BatchOutcome | Error = (words) => ({ replies: words.map(([, key]) => key) }),
  ) {
    super();
  }

  override sendCommand(command: Command, batch?: CommandBatch): unknown {
    this.seen.push(command.name);
    batch?.add(command);
    return undefined;
  }

  async execute(commands: readonly Command[], transaction: boolean): Promise<BatchOutcome> {
    const words = commands.map(({ name, args }) => [name, ...args.map(String)]);
    this.batches.push(transaction ? { transaction: words } : words);
    const outcome = this.answer(words);
    if (outcome instanceof Error) throw outcome;
    return outcome;
  }
}

const exec = (batch: unknown): Promise<unknown> => (batch as { exec(): Promise<unknown> }).exec();

describe('pipelines of the ioredis entry', () => {
  it('run commands and transactions one after the other, in their order', async () => {
    const redis = new ScriptedObject();
    const begun = redis.pipeline().get('a').multi().get('b').get('c') as unknown as { exec(): { get(key: string): unknown } };
    const results = await exec(begun.exec().get('d'));
    assert.deepEqual(redis.batches, [
      [['get', 'a']],
      {
        transaction: [
          ['get', 'b'],
          ['get', 'c'],
        ],
      },
      [['get', 'd']],
    ]);
    assert.deepEqual(results, [
      [null, 'a'],
      [null, 'OK'],
      [null, 'QUEUED'],
      [null, 'QUEUED'],
      [null, ['b', 'c']],
      [null, 'd'],
    ]);
  });

  it('pass every command through sendCommand, which tracing vendors patch', async () => {
    const redis = new ScriptedObject();
    await redis.multi().get('a').exec();
    await redis.pipeline().get('b').exec();
    assert.deepEqual(redis.seen, ['multi', 'get', 'exec', 'get']);
  });

  it('are sent once, however often they are executed', async () => {
    const redis = new ScriptedObject();
    const pipeline = redis.pipeline().get('a');
    assert.deepEqual(await Promise.all([pipeline.exec(), pipeline.exec()]), [[[null, 'a']], [[null, 'a']]]);
    assert.equal(redis.batches.length, 1);
  });

  it('refuse commands that would never be sent', async () => {
    const redis = new ScriptedObject();
    const pipeline = redis.pipeline().get('a');
    await pipeline.exec();
    const errors: unknown[] = [];
    pipeline.get('b', (error) => errors.push(error));
    await assert.rejects(pipeline.exec(), /cannot be used to send any commands/);
    assert.equal(errors.length, 1);
    assert.equal(redis.batches.length, 1);
  });

  it('give the failure of all as the failure of each', async () => {
    const failure = new Error('Connection is closed.');
    const redis = new ScriptedObject(() => failure);
    assert.deepEqual(await redis.pipeline().get('a').get('b').exec(), [[failure], [failure]]);
    await assert.rejects(redis.multi().get('a').exec(), failure);
  });

  it('give null where a watched key had changed', async () => {
    const redis = new ScriptedObject(() => ({ replies: null }));
    assert.equal(await redis.multi().get('a').exec(), null);
  });

  it('send nothing of a transaction that is discarded', async () => {
    const redis = new ScriptedObject();
    const pipeline = redis.pipeline().multi().get('a').discard();
    void exec(pipeline); // EXEC of a transaction that is over
    await exec(pipeline);
    assert.deepEqual(redis.batches, [[['exec']]]);
  });

  it('have the commands that were defined before and after them', async () => {
    const redis = new ScriptedObject();
    const early = redis.pipeline();
    redis.defineCommand('mine', { numberOfKeys: 1, lua: 'return 1' });
    redis.addBuiltinCommand('other');
    const methods = (object: object): unknown[] =>
      ['mine', 'mineBuffer', 'other', 'otherBuffer'].map((name) => typeof Reflect.get(object, name));
    assert.deepEqual([early, redis.pipeline(), redis.multi()].map(methods), Array(3).fill(Array(4).fill('function')));
    assert.deepEqual(methods(new ScriptedObject().pipeline()), Array(4).fill('undefined'));
  });

  it('send nothing in the place of a command whose arguments were refused', async () => {
    const redis = new ScriptedObject();
    const failure = new Error('no text');
    const bad = {
      toString(): string {
        throw failure;
      },
    } as unknown as string;
    assert.deepEqual(await redis.pipeline().get('a').get(bad).get('b').exec(), [[null, 'a'], [failure], [null, 'b']]);
    assert.deepEqual(redis.batches, [
      [
        ['get', 'a'],
        ['get', 'b'],
      ],
    ]);
    await assert.rejects(redis.multi().get('a').get(bad).exec(), { message: /^EXECABORT /, previousErrors: [failure] });
    assert.equal(redis.batches.length, 1);
  });

  it('run no command twice that a patched sendCommand sends by itself', async () => {
    const redis = new ScriptedObject();
    const original = redis.sendCommand;
    redis.sendCommand = function (command) {
      const reply = original.call(this, command);
      command.resolve('by itself');
      return reply;
    };
    assert.deepEqual(await redis.pipeline().get('a').exec(), [[null, 'by itself']]);
    assert.deepEqual(redis.batches, []);
  });

  it('refuse lists with names of no command', () => {
    assert.throws(() => new ScriptedObject().pipeline([['nope', 'a']]), /a pipeline has no command "nope"/);
  });

  it('settle a command whose functions were replaced by these', async () => {
    const redis = new ScriptedObject();
    const command = new Command('get', ['a'], { replyEncoding: 'utf8' });
    const told: unknown[] = [];
    const { resolve } = command;
    command.resolve = (reply) => {
      told.push(reply);
      resolve(reply);
    };
    const pipeline = redis.pipeline();
    (pipeline as unknown as ClientCommander).sendCommand(command);
    assert.deepEqual(await pipeline.exec(), [[null, 'a']]);
    assert.deepEqual(told, ['a']);
  });
});
