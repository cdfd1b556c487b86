import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { copyMethods } from '../../../lib/commands/copy-methods.js';
import { CommandGroup } from '../../../lib/commands/group.js';
import { Commands } from '../../../lib/commands/index.js';
import { GROUPS_FILE, generate, groupsOf, readGroups } from '../../../scripts/generate-command-groups.js';

describe('the list of command groups', () => {
  it('is what the generator makes of the files of lib/commands', () => {
    assert.equal(readFileSync(GROUPS_FILE, 'utf8'), generate(readGroups()), 'run scripts/generate-command-groups.ts');
  });

  it('is the same whatever the order in which the files are read', () => {
    assert.equal(generate(readGroups().reverse()), generate(readGroups()));
  });
});

describe('the generator of the list of command groups', () => {
  const cases: readonly (readonly [what: string, text: string, names: readonly string[]])[] = [
    ['a group', 'export abstract class KeyCommands extends CommandGroup {\n}\n', ['KeyCommands']],
    [
      'two groups of one file',
      'export abstract class A extends CommandGroup {}\nexport abstract class B extends CommandGroup {}\n',
      ['A', 'B'],
    ],
    ['no class of another base', 'export abstract class LeasedCommands extends Commands {}\n', []],
    ['no class that the file keeps to itself', 'abstract class A extends CommandGroup {}\n', []],
    ['no group in a comment', '// export abstract class A extends CommandGroup {}\n', []],
  ];
  for (const [what, text, names] of cases) {
    it(`finds ${what}`, () => {
      assert.deepEqual(
        groupsOf('keys/key', text).map(({ name }) => name),
        names,
      );
    });
  }

  it('lists a group three times: import, type and method source', () => {
    const text = generate([
      { file: 'keys/key', name: 'KeyCommands' },
      { file: 'data/list', name: 'ListCommands' },
    ]);
    assert.match(text, /^import \{ ListCommands \} from '\.\/data\/list\.js';$/m);
    assert.match(text, /extends ListCommands,\n {4}KeyCommands \{\}/);
    assert.match(text, /copyMethods\(Commands, \[\n {2}ListCommands,\n {2}KeyCommands,\n\]\);/);
  });
});

describe('copyMethods', () => {
  class First {
    one(): number {
      return 1;
    }
  }
  class Second {
    two(): string {
      return 'two';
    }
  }
  class Target extends CommandGroup {
    protected override run<T>(): T {
      return 'ran' as T;
    }

    protected override refuse(error: unknown): never {
      throw error;
    }
    call(): unknown {
      return this.run();
    }
  }
  copyMethods(Target, [First, Second]);
  const target = new Target() as Target & First & Second;

  it('gives a class the methods of all groups', () => {
    assert.deepEqual([target.one(), target.two(), target.call()], [1, 'two', 'ran']);
  });

  it('keeps the class what it was', () => {
    assert.ok(target instanceof CommandGroup);
    assert.equal(target.constructor, Target);
  });

  it('puts the methods of the typed commands on one object, which is the prototype of no class', () => {
    const methods: object = Object.getPrototypeOf(Commands.prototype);
    assert.equal(Object.hasOwn(methods, 'constructor'), false);
    assert.ok(Object.hasOwn(methods, 'get'));
    assert.equal(Object.getPrototypeOf(methods), CommandGroup.prototype);
  });
});
