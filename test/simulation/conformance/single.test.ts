import { deepStrictEqual } from 'node:assert';
import { Server } from '../../support/server.js';
import { RedisServer } from '../servers/redis/redis-server.js';
import { differences } from './compare.js';
import { ModelHost, RealHost } from './conversation.js';
import { dataScripts } from './data-scripts.js';
import { sessionScripts } from './session-scripts.js';

describe('the model of a server answers as a real one', () => {
  let server: Server;

  before(async () => {
    server = await Server.start({ shared: true });
  });

  after(() => server.stop());

  for (const protocol of [2, 3] as const) {
    for (const script of [...dataScripts, ...sessionScripts]) {
      if (script.protocol !== undefined && script.protocol !== protocol) continue;
      it(`${script.name}, RESP${protocol}`, async () => {
        const model = new ModelHost();
        const { product, version } = Server.version();
        new RedisServer(model.network, model, { product, version }, model.books).start();
        deepStrictEqual(await differences(new RealHost(server.port), model, script, protocol), []);
      });
    }
  }
});
