import assert from 'node:assert/strict';
import type { BatchClient } from '../../../../lib/admin/node-connections.js';
import type { NodeRef } from '../../../../lib/admin/plans/steps.js';
import { moveLimits } from '../../../../lib/admin/run/move-options.js';
import { SlotGatherer } from '../../../../lib/admin/run/slot-gatherer.js';
import { ReplyError } from '../../../../lib/errors.js';
import type { Raw } from '../../../../lib/protocol/command-spec.js';

const ref = (port: number): NodeRef => {
  const address = { host: 'h', port };
  return { id: `id${port}`, name: `h:${port}`, address, peer: { ...address, busPort: port + 10_000 } };
};
const [owner, other] = [ref(1), ref(2)];

/** The commands that a gatherer sends; the other node has one key, and these commands are refused. */
class Script {
  readonly sent: string[] = [];
  #keys = [Buffer.from('k')];
  /** How often the owner was asked for what it knows. */
  #looks = 0;

  constructor(
    readonly refusals: Readonly<Record<string, string>> = {},
    /** What the owner says of the key. */
    readonly exists = 0,
  ) {}

  readonly send = (address: unknown, given: readonly unknown[]): Promise<Raw> => {
    const port = (address as { port: number }).port;
    const words = given.map(String);
    const text = `${port} ${words
      .filter((word) => !/^(CLUSTER|SETSLOT|7)$/.test(word))
      .slice(0, 2)
      .join(' ')}`;
    if (words[1] !== 'GETKEYSINSLOT' && words[1] !== 'COUNTKEYSINSLOT' && words[0] !== 'INFO' && words[0] !== 'PING')
      this.sent.push(words[0] === 'MIGRATE' ? `${port} MIGRATE` : text);
    const refusal = this.refusals[words[0] === 'MIGRATE' ? 'MIGRATE' : text];
    if (refusal !== undefined) return Promise.reject(new ReplyError('ERR', `ERR ${refusal}`));
    if (words[1] === 'GETKEYSINSLOT') return Promise.resolve(this.#keys);
    if (words[0] === 'MIGRATE') this.#keys = [];
    if (words[1] === 'NODES') {
      const epoch = port === 2 || this.#looks++ > 0 ? 5 : 4;
      return Promise.resolve(`id2 h:2@1 master - 0 0 ${epoch} connected`);
    }
    if (words[0] === 'EXISTS') return Promise.resolve(this.exists);
    return Promise.resolve(words[0] === 'INFO' ? 'db0:keys=1,expires=0,avg_ttl=0\r\n' : 'OK');
  };

  gatherer(): SlotGatherer {
    const connections: BatchClient = {
      send: this.send,
      sendAll: (address, commands) => Promise.all(commands.map((words) => this.send(address, words).catch((error: ReplyError) => error))),
      credentials: () => Promise.resolve(null),
    };
    return new SlotGatherer(connections, moveLimits({}, []));
  }
}

describe('the gatherer of keys', () => {
  it('takes keys that were left on a node, and leaves no slot open', async () => {
    const script = new Script();
    assert.equal(await script.gatherer().collectKeys(7, other, owner, 'refuse'), 1);
    assert.deepEqual(script.sent, ['2 IMPORTING id1', '2 MIGRATE', '2 STABLE']);
  });

  it('has a node that takes itself for the owner send new keys to the other one', async () => {
    const script = new Script({ '2 IMPORTING id1': "I'm already the owner of hash slot 7" });
    assert.equal(await script.gatherer().collectKeys(7, other, owner, 'refuse'), 1);
    assert.deepEqual(script.sent, ['2 IMPORTING id1', '2 MIGRATING id1', '2 MIGRATE']);
  });

  it('turns an open move round: its target owns the slot and sends it back', async () => {
    const script = new Script();
    await script.gatherer().turn(7, other, owner);
    assert.deepEqual(script.sent, [
      ...['2 IMPORTING id1', '1 MIGRATING id2', '1 EXISTS k'],
      ...['1 DELSLOTS', '1 NODE id2', '1 STABLE', '1 IMPORTING id2', '2 NODE id2', '2 MIGRATING id1'],
      // Until it has heard of the claim.
      ...['2 NODES', '1 NODES', '1 NODES'],
    ]);
  });

  it('deletes copies at the target of keys that the owner has served all the time', async () => {
    const script = new Script({}, 1);
    await script.gatherer().turn(7, other, owner);
    assert.deepEqual(script.sent.slice(2, 6), ['1 EXISTS k', '2 ASKING', '2 DEL k', '1 DELSLOTS']);
  });

  for (const refused of ['2 NODE id2', '1 DELSLOTS']) {
    it(`leaves the slot with its owner where ${refused} is refused`, async () => {
      const script = new Script({ [refused]: 'no' });
      await assert.rejects(script.gatherer().turn(7, other, owner), /no/);
      assert.deepEqual(script.sent.slice(-2), ['1 NODE id1', '1 MIGRATING id2']);
    });
  }
});
