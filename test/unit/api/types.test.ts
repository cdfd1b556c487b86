import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';

/** What serves the library itself. */
const INTERNAL: Readonly<Record<string, readonly string[]>> = {
  'lib/commands/arguments/problem.ts': ['ArgumentProblem'],
  'lib/commands/arguments/signature.ts': ['Form', 'Kind', 'Listed', 'Named', 'Several', 'Signature', 'Words'],
  'lib/commands/scripting/defined-script.ts': ['KeysOf'],
  'lib/api/leased.ts': ['WatchResult'],
  'lib/commands/mode.ts': ['Direct', 'IntegerOf', 'Mode', 'Out', 'TextOf'],
  'lib/api/pipeline.ts': ['Inline', 'Piped'],
  'lib/api/redis.ts': ['RunCommand', 'ViewInteger', 'ViewText'],
  'lib/api/scan-iterators.ts': ['Items'],
  'lib/api/subscription.ts': ['ChannelNames'],
  'lib/commands/tokens.ts': ['AtMostOne', 'ExactlyOne'],
};

/** The files that define what a user passes or gets, with the path by which `lib/api/types.ts` names them. */
const files = ['lib/commands', 'lib/api'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && name !== 'types.ts' && name !== 'index.ts')
    .map((name) => ({ path: `${folder}/${name}`, from: folder === 'lib/api' ? `./${name}` : `../commands/${name}` })),
);

describe('the public types of the commands', () => {
  const exported = new Map(
    [...readFileSync('lib/api/types.ts', 'utf8').matchAll(/^export type \{([^}]*)\} from '([^']+)\.js';$/gm)].map(([, names, from]) => [
      `${from}.ts`,
      names?.match(/\w+/g) ?? [],
    ]),
  );

  for (const { path, from } of files) {
    it(`are those of ${path}, save what serves the library itself`, () => {
      const own = [...readFileSync(path, 'utf8').matchAll(/^export (?:interface|type) (\w+)/gm)].map(([, name = '']) => name);
      const publicNames = own.filter((name) => INTERNAL[path]?.includes(name) !== true);
      assert.deepEqual([...(exported.get(from) ?? [])].sort(), [...new Set(publicNames)].sort());
    });
  }
});
