import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createClient, RESP_TYPES } from '../../../../lib/entries/node-redis/index.js';
import { type NodeRedisCall, repeatable, scripts } from '../../../spec/node-redis/calls.js';
import { places, settings } from '../../../spec/node-redis/more-calls.js';
import { asText } from '../../../spec/node-redis/text.js';
import { Server } from '../../../support/server.js';

type Recorded = Readonly<Record<'resp2' | 'resp3' | 'buffers', readonly string[]>>;
type Methods = Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>;

const recorded = JSON.parse(readFileSync(new URL('../../../spec/node-redis/recorded.json', import.meta.url), 'utf8')) as Recorded;
const calls: readonly NodeRedisCall[] = [...repeatable, ...scripts, ...places, ...settings];

async function outcome(client: Methods, [method, ...args]: NodeRedisCall): Promise<string> {
  try {
    return asText(await client[method]?.(...args));
  } catch (error) {
    return asText(error);
  }
}

/** Calls that node-redis gives `undefined` for where replies are bytes. */
const LOST_AS_BYTES: readonly string[] = ['role'];

describe('replies of the node-redis entry', () => {
  let server: Server;
  before(async () => {
    server = await Server.start();
  });
  after(() => server.stop());

  const runs = [
    { name: 'resp3', title: 'over RESP3', options: {}, mapping: undefined },
    { name: 'resp2', title: 'over RESP2', options: { RESP: 2 }, mapping: undefined },
    { name: 'buffers', title: 'as bytes', options: {}, mapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
  ] as const;
  for (const { name, title, options, mapping } of runs) {
    it(`are those of node-redis ${title}`, async () => {
      const client = await createClient({ url: `redis://127.0.0.1:${server.port}`, ...options }).connect();
      await client.flushAll();
      await client.functionFlush();
      const view = mapping === undefined ? client : client.withTypeMapping(mapping);
      const wrong: string[] = [];
      for (const [at, call] of calls.entries()) {
        const given = await outcome(view as unknown as Methods, call);
        if (given !== recorded[name][at] && !(name === 'buffers' && LOST_AS_BYTES.includes(call[0])))
          wrong.push(`${asText(call)}: ${given}, not ${recorded[name][at]}`);
      }
      await client.close();
      assert.deepEqual(wrong, []);
    });
  }
});
