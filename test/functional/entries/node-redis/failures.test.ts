import assert from 'node:assert/strict';
import { type CommandOptions, createClient } from '../../../../lib/entries/node-redis/index.js';
import { Relay } from '../../../support/relay.js';
import { sharedTopology } from '../../../support/topologies.js';
import { until } from '../../../support/wait.js';

describe('a client of the node-redis entry whose connection breaks', () => {
  const open = (url: string, commandOptions: CommandOptions = {}) =>
    createClient({ url, commandOptions })
      .on('error', () => {})
      .connect();
  let relay: Relay;
  let direct: Awaited<ReturnType<typeof open>>;

  beforeEach(async () => {
    const topology = await sharedTopology('single');
    await topology.flush();
    const [server] = topology.nodes;
    assert.ok(server !== undefined);
    relay = await Relay.start(server);
    direct = await open(`redis://127.0.0.1:${server.port}`);
  });
  afterEach(async () => {
    await direct.close();
    await relay.stop();
  });

  /** Breaks the connection when the server has the write, and the client no reply yet; gives what the write came to. */
  async function incrementAndCut(commandOptions: CommandOptions): Promise<unknown> {
    const client = await open(`redis://${relay.address}`, commandOptions);
    relay.isMute = true;
    const sum = client.incr('n').catch((error: Error) => error);
    await until(async () => (await direct.get('n')) === '1', { everyMs: 2 });
    relay.cut();
    relay.isMute = false;
    const result = await sum;
    await client.close();
    return result;
  }

  it('does not send a write again that may have run', async () => {
    const error = (await incrementAndCut({})) as Error;
    assert.equal(`${error.constructor.name}: ${error.message}`, 'SocketClosedUnexpectedlyError: Socket closed unexpectedly');
    assert.equal((error.cause as { executed: string }).executed, 'unknown');
    assert.equal(await direct.get('n'), '1');
  });

  it('sends it again where it may run twice', async () => {
    assert.equal(await incrementAndCut({ idempotent: true }), 2);
  });
});
