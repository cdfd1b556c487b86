/**
 * Records what node-redis sends and gives for the calls of test/spec/node-redis, which the tests compare this library's entry with:
 *
 *     node --import tsx scripts/record-node-redis.ts <folder of @redis/client> <port of an empty Redis server>
 */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type NodeRedisCall, repeatable, scripts } from '../test/spec/node-redis/calls.js';
import { onlySent, places, settings } from '../test/spec/node-redis/more-calls.js';
import { asText } from '../test/spec/node-redis/text.js';

type Method = (...args: readonly unknown[]) => Promise<unknown>;
interface Client {
  readonly [method: string]: Method;
}
interface Original {
  readonly createClient: (options: object) => Client & { on(event: string, listener: () => void): void };
  readonly RESP_TYPES: Readonly<Record<string, number>>;
}
type Parser = { readonly redisArgs: readonly unknown[] };

const [, , folder = '', port = ''] = process.argv;
const load = createRequire(import.meta.url);
const original = load(resolve(folder)) as Original;
const { BasicCommandParser } = load(join(resolve(folder), 'dist/lib/client/parser.js')) as { BasicCommandParser: new () => Parser };
const { default: commands } = load(join(resolve(folder), 'dist/lib/commands/index.js')) as {
  default: Readonly<Record<string, { parseCommand(parser: Parser, ...args: readonly unknown[]): void }>>;
};
const { version } = load(join(resolve(folder), 'package.json')) as { version: string };

function wordsOf([method, ...args]: NodeRedisCall): string {
  const parser = new BasicCommandParser();
  commands[method]?.parseCommand(parser, ...args);
  return asText(parser.redisArgs);
}

async function outcome(client: Client, [method, ...args]: NodeRedisCall): Promise<string> {
  try {
    return asText(await client[method]?.(...args));
  } catch (error) {
    return asText(error);
  }
}

async function record(options: object, mapping?: object): Promise<string[]> {
  const client = original.createClient({ url: `redis://127.0.0.1:${port}`, ...options });
  client.on('error', () => undefined);
  await client.connect?.();
  await client.flushAll?.();
  await client.functionFlush?.();
  const view = mapping === undefined ? client : (await Promise.resolve({ it: client.withTypeMapping?.(mapping) })).it;
  const replies: string[] = [];
  for (const call of replied) replies.push(await outcome(view as unknown as Client, call));
  await client.close?.();
  return replies;
}

const replied = [...repeatable, ...scripts, ...places, ...settings];
const recorded = {
  version,
  words: [...replied, ...onlySent].map(wordsOf),
  resp3: await record({ RESP: 3 }),
  resp2: await record({ RESP: 2 }),
  buffers: await record({ RESP: 3 }, { [original.RESP_TYPES.BLOB_STRING as number]: Buffer }),
};
const out = fileURLToPath(new URL('../test/spec/node-redis/recorded.json', import.meta.url));
writeFileSync(out, `${JSON.stringify(recorded, null, 2)}\n`);
