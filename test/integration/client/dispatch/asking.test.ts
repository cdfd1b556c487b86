import assert from 'node:assert/strict';
import { error, ok } from '../../../support/fake-server.js';
import { askFrom, assertNoPendingCommands, ScriptedCluster, SLOT_OF_B } from '../scripted.js';

/** The commands that a server got, without those of its handshake and of the monitor. */
const sentTo = (cluster: ScriptedCluster, index: number): string[] => cluster.received(index, 'ASKING', 'GET', 'SET', 'HSCAN');

describe('a client that was told ASK', () => {
  let cluster: ScriptedCluster;
  beforeEach(async () => {
    cluster = await ScriptedCluster.start(3);
  });
  afterEach(async () => {
    await assertNoPendingCommands();
    await cluster.stop();
  });

  it('sends each page of a scan that is bound to the importing node with ASKING', async () => {
    cluster.script = (server, [name, , cursor]) => {
      if (name !== 'HSCAN') return undefined;
      if (server === 0) return askFrom(cluster.server(1), SLOT_OF_B);
      return [cursor === '0' ? '7' : '0', ['field', 'value']];
    };
    const fields: string[] = [];
    for await (const [field] of cluster.client().scanHash('b', { dedupe: false })) fields.push(field);
    assert.deepEqual(fields, ['field', 'field']);
    assert.deepEqual(sentTo(cluster, 1), ['ASKING', 'HSCAN b 0', 'ASKING', 'HSCAN b 7']);
    assert.deepEqual(sentTo(cluster, 0), ['HSCAN b 0']);
  });

  for (const command of ['GET', 'SET']) {
    it(`sends ${command} once with ASKING: another attempt goes to the owner of the slot, without`, async () => {
      let asks = 0;
      cluster.script = (server, [name]) => {
        if (name !== command) return undefined;
        if (server === 0) return asks++ === 0 ? askFrom(cluster.server(1), SLOT_OF_B) : ok;
        return error('TRYAGAIN Multiple keys request during rehashing of slot');
      };
      await cluster.client().call(command, 'b', ...(command === 'SET' ? ['value'] : []));
      const sent = command === 'SET' ? 'SET b value' : 'GET b';
      assert.deepEqual(sentTo(cluster, 1), ['ASKING', sent]);
      assert.deepEqual(sentTo(cluster, 0), [sent, sent]);
    });
  }
});
