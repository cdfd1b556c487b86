import assert from 'node:assert/strict';
import type { StoreMember } from '../../../../lib/admin/ring/key-store.js';
import type { BatchOutcome } from '../../../../lib/admin/ring/key-way.js';
import { MigrateWay } from '../../../../lib/admin/ring/migrate-way.js';
import { ConnectionLostError, ReplyError } from '../../../../lib/errors.js';

const OF_TARGET = 'ERR Target instance replied with error: ';

/** A source, whose answers to MIGRATE are given by the place and the keys; and the servers of the target. */
class Scene {
  /** Host, and keys, of each MIGRATE. */
  readonly sent: string[] = [];
  readonly at = new Map<string, string>();
  readonly gone = new Set<string>();
  targetLives = true;
  /** Called when the target's client is asked for a key. */
  onAsked: (key: string) => void = () => undefined;
  pauses = 0;

  constructor(private readonly answer: (host: string, keys: readonly string[], scene: Scene) => string | Error) {}

  async move(keys: readonly string[], patienceMs = 1_000, isStopped = () => false): Promise<BatchOutcome> {
    const source = {
      name: 'a',
      weight: 1,
      redis: { with: () => this.#source, exists: async (key: Buffer) => (this.gone.has(String(key)) ? 0 : 1) },
    };
    const target = {
      name: 't',
      redis: {
        exists: (key: Buffer) => {
          this.onAsked(String(key));
          return this.targetLives ? Promise.resolve(0) : Promise.reject(new ConnectionLostError('no'));
        },
      },
    } as unknown as StoreMember;
    const to = {
      database: 0,
      credentials: async () => null,
      identityOf: () => 't',
      memberOf: () => target,
      placeOf: (key: Buffer) => ({ member: target, name: 't', address: { host: this.at.get(String(key)) ?? 'x', port: 1 } }),
    };
    const pause = (): Promise<void> => {
      this.pauses++;
      return Promise.resolve();
    };
    const way = new MigrateWay({ identityOf: () => 'a' }, to, { migrateTimeoutMs: 100, patienceMs }, isStopped, pause);
    const moving = keys.map((key) => ({ key: Buffer.from(key), bytes: 10 }));
    return await way.move(source as unknown as StoreMember, moving);
  }

  readonly #source = {
    call: async (_command: string, host: string, _port: number, key: string | Buffer, ...rest: readonly unknown[]): Promise<string> => {
      const keys = key.length > 0 ? [String(key)] : rest.slice(rest.indexOf('KEYS') + 1).map(String);
      this.sent.push(`${host} ${keys.join(' ')}`);
      const answer = this.answer(host, keys, this);
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
}

const reply = (text: string): ReplyError => new ReplyError(text.split(' ')[0] ?? '', text);
const names = (keys: readonly Buffer[]): string[] => keys.map(String);

describe('a batch that moves by MIGRATE', () => {
  it('goes to each address at once', async () => {
    const scene = new Scene(() => 'OK');
    scene.at.set('k2', 'y');
    assert.deepEqual(await scene.move(['k1', 'k2', 'k3']), { conflicts: [], failures: [], left: [] });
    assert.deepEqual(scene.sent, ['x k1 k3', 'y k2']);
  });

  it('is sent one by one where one of several is refused, those that are still there', async () => {
    const scene = new Scene((_, keys, { gone }) => {
      if (keys.length > 1) {
        gone.add('k1');
        return reply(`${OF_TARGET}BUSYKEY Target key name already exists.`);
      }
      return keys[0] === 'k2' ? reply(`${OF_TARGET}BUSYKEY Target key name already exists.`) : reply(`${OF_TARGET}ERR Bad data format`);
    });
    const { conflicts, failures } = await scene.move(['k1', 'k2', 'k3']);
    assert.deepEqual(
      [names(conflicts.map(({ key }) => key)), failures.map(({ key, problem }) => `${String(key)}: ${problem}`)],
      [['k2'], ['k3: ERR Bad data format']],
    );
    assert.deepEqual(scene.sent, ['x k1 k2 k3', 'x k2', 'x k3']);
  });

  it('follows a slot that has moved, of which the client of the target learns', async () => {
    const scene = new Scene((host) => (host === 'y' ? 'OK' : reply(`${OF_TARGET}MOVED 1 y:1`)));
    scene.onAsked = (key) => scene.at.set(key, 'y');
    assert.deepEqual(await scene.move(['k1', 'k2']), { conflicts: [], failures: [], left: [] });
    assert.deepEqual(scene.sent, ['x k1 k2', 'x k1', 'x k2', 'y k1 k2']);
  });

  it('waits for a slot on its way, and leaves its keys for later in the end', async () => {
    let asks = 0;
    const passing = new Scene(() => (++asks < 5 ? reply(`${OF_TARGET}ASK 1 y:1`) : 'OK'));
    assert.deepEqual(await passing.move(['k1']), { conflicts: [], failures: [], left: [] });
    const lasting = new Scene(() => reply(`${OF_TARGET}ASK 1 y:1`));
    const { failures } = await lasting.move(['k1'], 0);
    assert.deepEqual(
      failures.map(({ problem }) => problem),
      ['ASK 1 y:1'],
    );
  });

  it('is tried again where it is not known what became of it', async () => {
    let sent = 0;
    const scene = new Scene(() => (++sent === 1 ? new ConnectionLostError('broke', { executed: 'unknown' }) : 'NOKEY'));
    assert.deepEqual(await scene.move(['k1', 'k2']), { conflicts: [], failures: [], left: [] });
    assert.deepEqual([scene.sent, scene.pauses], [['x k1 k2', 'x k1 k2'], 1]);
  });

  it('knows of a conflict that it may be its own copy', async () => {
    const busy = reply(`${OF_TARGET}BUSYKEY Target key name already exists.`);
    const lost = new ConnectionLostError('broke', { executed: 'unknown' });
    for (const [first, mayBeOurs] of [
      [lost, true],
      [reply(`${OF_TARGET}LOADING Redis is loading`), false],
    ] as const) {
      let sent = 0;
      const scene = new Scene(() => (++sent === 1 ? first : busy));
      assert.deepEqual(
        (await scene.move(['k1'])).conflicts.map((one) => one.mayBeOurs),
        [mayBeOurs],
      );
    }
  });

  it('ends where it is stopped', async () => {
    const scene = new Scene(() => reply(`${OF_TARGET}LOADING Redis is loading the dataset in memory`));
    assert.deepEqual(names((await scene.move(['k1', 'k2'], 1_000, () => true)).left), ['k1', 'k2']);
  });

  const refusals: readonly (readonly [what: string, error: Error, said: RegExp, patienceMs?: number, targetLives?: boolean])[] = [
    ['the target has no memory', reply(`${OF_TARGET}OOM command not allowed`), /^key "k1" cannot go from a to t: OOM/],
    ['the login may not RESTORE', reply(`${OF_TARGET}NOPERM this user has no permissions`), /cannot go from a to t: NOPERM/],
    [
      'the source may not MIGRATE',
      reply("NOPERM User default has no permissions to run the 'migrate' command"),
      /cannot go from a to t: NOPERM/,
    ],
    [
      'only we reach the target',
      reply('IOERR error or timeout connecting to the client'),
      /we reach t, and a does not.*x:1.*--via client$/,
    ],
    ['the target stays away', reply('IOERR error or timeout writing to target instance'), /cannot go from a to t: IOERR/, 0, false],
  ];
  for (const [what, error, said, patienceMs = 1_000, targetLives = true] of refusals) {
    it(`rejects with the key and the reason where ${what}`, async () => {
      const scene = new Scene(() => error);
      scene.targetLives = targetLives;
      await assert.rejects(scene.move(['k1'], patienceMs), (rejected: Error) => said.test(rejected.message));
    });
  }
});
