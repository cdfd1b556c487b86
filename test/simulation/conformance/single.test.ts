import { deepStrictEqual } from 'node:assert';
import { type ServerVersion, versionOf } from '../../../scripts/servers.mjs';
import { describeOn } from '../../support/other-servers.js';
import { Server } from '../../support/server.js';
import { RedisServer } from '../servers/redis/redis-server.js';
import { differences } from './compare.js';
import { ModelHost, RealHost } from './conversation.js';
import { dataScripts } from './data-scripts.js';
import { sessionScripts } from './session-scripts.js';

const scripts = [...dataScripts, ...sessionScripts];

/** Defines a test for each script. `program` null: the default server. */
function comparesAll(program: string | null, protocols: readonly (2 | 3)[]): void {
  let server: Server;

  before(async () => {
    server = await Server.start({ shared: true, ...(program === null ? {} : { program }) });
  });

  after(() => server.stop());

  for (const protocol of protocols) {
    for (const script of scripts) {
      if (script.protocol !== undefined && script.protocol !== protocol) continue;
      it(`${script.name}, RESP${protocol}`, async () => {
        const model = new ModelHost();
        const { product, version } = program === null ? Server.version() : (versionOf(program) as ServerVersion); // it runs
        new RedisServer(model.network, model, { product, version }, model.books).start();
        deepStrictEqual(await differences(new RealHost(server.port), model, script, protocol), []);
      });
    }
  }
}

describe('the model of a server answers as a real one', () => comparesAll(null, [2, 3]));
describeOn('valkey-9', 'the model of a server answers as Valkey 9', (program) => comparesAll(program, [3]));
describeOn('redis-8.6', 'the model of a server answers as Redis 8.6', (program) => comparesAll(program, [3]));
