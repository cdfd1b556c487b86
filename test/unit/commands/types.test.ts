import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';

/** What serves the library itself. */
const INTERNAL: Readonly<Record<string, readonly string[]>> = {
  'defined-script.ts': ['KeysOf'],
  'leased.ts': ['WatchResult'],
  'mode.ts': ['Direct', 'IntegerOf', 'Mode', 'Out', 'TextOf'],
  'pipeline.ts': ['Inline', 'Piped'],
  'redis.ts': ['Issue', 'ViewInteger', 'ViewText'],
  'scans.ts': ['Items'],
  'tokens.ts': ['AtMostOne', 'ExactlyOne'],
};

const read = (file: string): string => readFileSync(`lib/commands/${file}`, 'utf8');

describe('the public types of the commands', () => {
  it('are those of every file of lib/commands, save what serves the library itself', () => {
    const exported = new Map(
      [...read('types.ts').matchAll(/^export type \{([^}]*)\} from '\.\/([\w-]+)\.js';$/gm)].map(([, names, file]) => [
        `${file}.ts`,
        names?.match(/\w+/g) ?? [],
      ]),
    );
    for (const file of readdirSync('lib/commands').filter((name) => name !== 'commands.ts')) {
      const own = [...read(file).matchAll(/^export (?:interface|type) (\w+)/gm)].map(([, name = '']) => name);
      const wanted = own.filter((name) => INTERNAL[file]?.includes(name) !== true);
      assert.deepEqual([...(exported.get(file) ?? [])].sort(), [...new Set(wanted)].sort(), file);
    }
  });
});
