import assert from 'node:assert/strict';
import { ToldState } from '../../../../lib/client/dedicated/told-state.js';
import type { Arg } from '../../../../lib/protocol/command-spec.js';

type Words = readonly [name: string, ...args: Arg[]];

function toldAfter(commands: readonly Words[], database = 0): string[] {
  const state = new ToldState(database);
  for (const [name, ...args] of commands) state.record(name, args);
  return state.commands.map(({ spec, args }) => [spec.name, ...args].map(String).join(' '));
}

/** What the next connection is told after these commands. */
const CASES: readonly (readonly [commands: readonly Words[], told: readonly string[], database?: number])[] = [
  [[], []],
  [[['SELECT', 3]], ['SELECT 3']],
  [
    [
      ['SELECT', 3],
      ['SELECT', 0],
    ],
    ['SELECT 0'],
  ],
  [[['CLIENT SETNAME', 'worker']], ['CLIENT SETNAME worker']],
  [
    [
      ['CLIENT SETINFO', 'lib-name', 'a'],
      ['CLIENT SETINFO', 'LIB-VER', '1'],
      ['CLIENT SETINFO', 'LIB-NAME', 'b'],
    ],
    ['CLIENT SETINFO LIB-NAME b', 'CLIENT SETINFO LIB-VER 1'],
  ],
  [[['CLIENT NO-EVICT', 'on']], ['CLIENT NO-EVICT on']],
  [
    [
      ['CLIENT NO-EVICT', 'ON'],
      ['CLIENT NO-EVICT', 'off'],
    ],
    [],
  ],
  [[['CLIENT NO-TOUCH', 'ON']], ['CLIENT NO-TOUCH ON']],
  [[['CLIENT TRACKING', 'ON', 'BCAST', 'PREFIX', 'a']], ['CLIENT TRACKING ON BCAST PREFIX a']],
  [
    [
      ['CLIENT TRACKING', 'ON'],
      ['CLIENT TRACKING', 'OFF'],
    ],
    [],
  ],
  [[['CLIENT IMPORT-SOURCE', 'ON']], ['CLIENT IMPORT-SOURCE ON']],
  [[['CLIENT CAPA', 'redirect']], ['CLIENT CAPA redirect']],
  [
    [['CLIENT CACHING', 'YES'], ['ASKING'], ['WATCH', 'k'], ['MULTI'], ['EXEC'], ['DISCARD'], ['UNWATCH'], ['WAIT', 1, 0], ['GET', 'k']],
    [],
  ],
  [[['READONLY']], ['READONLY']],
  [[['READONLY'], ['READWRITE']], []],
  // The user first: it may be the one who may do the rest.
  [
    [
      ['SELECT', 2],
      ['AUTH', 'ada', 'secret'],
    ],
    ['AUTH ada secret', 'SELECT 2'],
  ],
  [[['HELLO']], []],
  [[['HELLO', 2]], ['HELLO 2']],
  [[['HELLO', 3, 'auth', 'ada', 'secret', 'SETNAME', 'worker']], ['AUTH ada secret', 'HELLO 3', 'CLIENT SETNAME worker']],
  [[['HELLO', '3', 'SETNAME', 'auth', 'AUTH', 'a', 'b']], ['AUTH a b', 'HELLO 3', 'CLIENT SETNAME auth']],
  [[['SELECT', 2], ['CLIENT TRACKING', 'ON'], ['RESET']], []],
  // RESET selects database 0, also where connections begin in another one.
  [[['RESET']], ['SELECT 0'], 5],
  [[['RESET'], ['SELECT', 7]], ['SELECT 7'], 5],
];

describe('the state that a dedicated connection was told', () => {
  for (const [commands, told, database] of CASES) {
    const words = commands.map((command) => command.join(' ')).join(', ') || 'nothing';
    it(`after ${words}${database === undefined ? '' : ` from database ${database}`} is ${told.join(', ') || 'none'}`, () => {
      assert.deepEqual(toldAfter(commands, database), told);
    });
  }
});

describe('the name of a dedicated connection', () => {
  const nameOf = (state: ToldState): string => state.commands.map(({ args }) => String(args[0])).join();

  it('follows that of the client, unless its user has named it', () => {
    const state = new ToldState(0);
    assert.equal(state.followName('app'), true);
    assert.equal(nameOf(state), 'app');
    state.record('CLIENT SETNAME', ['own']);
    assert.equal(state.followName('other'), false);
    assert.equal(nameOf(state), 'own');
    state.record('RESET', []);
    assert.equal(state.followName('other'), true);
    assert.equal(nameOf(state), 'other');
  });
});
