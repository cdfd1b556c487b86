import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LeasedCommands } from '../../../lib/api/leased-commands.js';
import { CommandGroup } from '../../../lib/commands/group.js';
import { Commands } from '../../../lib/commands/index.js';
import { COMMAND_TABLE } from '../../../lib/protocol/catalog/command-table.js';
import { CONNECTION_STATE } from '../../../lib/protocol/catalog/connection-state.js';
import { command, stateReason } from '../../../lib/protocol/catalog/specs.js';
import { methodName } from './recorder.js';

/** Methods that are no command of a server, with a test of their own. */
const OWN = ['script'];
/** Those of sentinels, which no data server has in its list, and which only the resolver speaks to. */
const SENTINEL = /^SENTINEL /;

const methodsOf = (prototype: object): string[] => Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor');

/** The command groups by name, as their files export them. */
async function groups(): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  for (const file of readdirSync('lib/commands', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))) {
    const exported: Record<string, unknown> = await import(`../../../lib/commands/${file.replace('.ts', '.js')}`);
    for (const [name, value] of Object.entries(exported)) {
      // By name: the test runner may give a dynamic import modules of its own.
      const isGroup = typeof value === 'function' && Object.getPrototypeOf(value).name === CommandGroup.name && name !== Commands.name;
      if (isGroup) found.set(name, methodsOf(value.prototype));
    }
  }
  return found;
}

/** The names between `describe…(` and the cases, in the test files of a folder. */
function described(folder: string, pattern: RegExp): ReadonlySet<string> {
  const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((file) => readFileSync(join(folder, file), 'utf8'));
  return new Set(texts.flatMap((text) => [...text.matchAll(pattern)].flatMap(([, names]) => names?.match(/\w+/g) ?? [])));
}

describe('the typed commands', () => {
  const methods = methodsOf(Object.getPrototypeOf(Commands.prototype));

  it('are the methods of all groups', async () => {
    const all = await groups();
    assert.ok(all.size > 25, `only ${all.size} groups`);
    assert.deepEqual(
      [...all.values()].flat().sort(),
      [...methods].sort(),
      'a group is not in lib/commands/index.ts, or two have the same method',
    );
  });

  it('have one of every command that any server of the table has, or there is a reason why not', () => {
    const without = Object.keys(COMMAND_TABLE).filter((name) => !methods.includes(methodName(name)));
    const unexplained = without.filter((name) => stateReason(command(name)) === '' && !isContainer(name) && !SENTINEL.test(name));
    assert.deepEqual(unexplained, []);
    assert.ok(methods.length > 340, `only ${methods.length} methods`);
  });

  it('that concern their connection are in the documentation, each with what there is instead', () => {
    const page =
      readFileSync('docs/blocking-and-leases.md', 'utf8').split('## Commands that concern their connection')[1]?.split('\n## ')[0] ?? '';
    const rows = [...page.matchAll(/^\| (`.*) \| .*\| (.*) \|$/gm)].flatMap(([, commands = '', onLease = '']) => {
      const words = [...onLease.matchAll(/`(\w+)`/g)].map(([, word]) => word);
      return [...commands.matchAll(/`([^`]+)`/g)].map(([, name = ''], at) => [
        name,
        onLease === 'by `call`' ? undefined : (words[at] ?? onLease),
      ]);
    });
    const leased = methodsOf(LeasedCommands.prototype);
    const expected = Object.entries(CONNECTION_STATE).map(([name, [state]]) => {
      const method = methodName(name);
      return [name, state === 'refused' ? 'refused' : leased.includes(method) ? method : undefined];
    });
    assert.deepEqual(rows.sort(byName), expected.sort(byName));
  });

  it('are named after their commands', () => {
    const names = new Set(Object.keys(COMMAND_TABLE).map(methodName));
    assert.deepEqual(
      methods.filter((name) => !names.has(name)),
      [],
    );
  });

  it('have a table of calls and their words each, which describeWire holds complete', async () => {
    const tested = described('test/unit/commands', /describeWire\((\w+),/g);
    assert.deepEqual(await untested(tested), OWN);
  });

  it('are run on a live server each, which describeLive holds complete', async () => {
    const tested = described('test/functional', /describeLive\(\s*\[([\w\s,]*)\]/g);
    assert.deepEqual(await untested(tested), OWN);
  });
});

const byName = ([a = '']: (string | undefined)[], [b = '']: (string | undefined)[]): number => a.localeCompare(b);

async function untested(tested: ReadonlySet<string>): Promise<string[]> {
  return [...(await groups())].flatMap(([name, methods]) => (tested.has(name) ? [] : methods));
}

/** Does nothing without one of its subcommands. */
function isContainer(name: string): boolean {
  return Object.keys(COMMAND_TABLE).some((other) => other.startsWith(`${name} `)) && command(name).arity < -1;
}
