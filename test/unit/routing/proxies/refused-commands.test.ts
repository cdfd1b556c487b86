import assert from 'node:assert/strict';
import { CommandRefusedError, OptionsError } from '../../../../lib/errors.js';
import type { EndpointsOptions } from '../../../../lib/options/endpoints.js';
import { endpoints, single } from '../../../../lib/options/topology.js';
import { COMMAND_TABLE } from '../../../../lib/protocol/catalog/command-table.js';
import { command, specOf } from '../../../../lib/protocol/catalog/specs.js';
import { PROFILES } from '../../../../lib/routing/proxies/profiles.js';
import { RefusedCommands } from '../../../../lib/routing/proxies/refused-commands.js';

type Refuses = NonNullable<EndpointsOptions['refuses']>;

function refusalOf(refuses: Refuses, words: string): string | null {
  const { spec, args } = specOf(words.split(' '));
  try {
    RefusedCommands.of(endpoints('a:1', { refuses }))?.check(spec, args);
    return null;
  } catch (error) {
    assert.ok(error instanceof CommandRefusedError);
    assert.deepEqual([error.executed, error.command], ['no', spec.name]);
    return error.message;
  }
}

describe('commands that are refused instead of being sent', () => {
  const cases: readonly (readonly [refuses: Refuses, words: string, message: RegExp | null])[] = [
    ['twemproxy', 'GET k', null],
    ['twemproxy', 'EXPIRE k 10', null],
    ['twemproxy', 'EXPIRE k 10 NX', /^EXPIRE is not sent: twemproxy takes it with 2 arguments only \(refuses: 'twemproxy'\)$/],
    ['twemproxy', 'PING', null],
    ['twemproxy', 'PING text', /with no argument only/],
    ['twemproxy', 'XADD s * f v', /^XADD is not sent: twemproxy closes the connection at it \(refuses: 'twemproxy'\)$/],
    ['twemproxy', 'CONFIG GET save', /^CONFIG GET is not sent/],
    ['twemproxy', 'EVAL return(1) 1 k', null],
    ['twemproxy', 'EVAL return(1) 0', /takes it with a key only/],
    ['twemproxy', 'NO.SUCH k', /closes the connection/],
    ['codis', 'GET k', null],
    ['codis', 'ZUNIONSTORE a 1 b', null],
    ['codis', 'CLIENT LIST', /^CLIENT LIST is not sent: codis refuses it/],
    ['codis', 'BLPOP k 1', /codis/],
    ['codis', 'BZPOPMIN k 1', /would pass it on to a connection that others use/],
    ['codis', 'MULTI', /codis/],
    ['codis', 'PUBLISH c m', /codis/],
    ['predixy', 'SCAN 0', null],
    ['predixy', 'BLPOP k 1', null],
    ['predixy', 'SCRIPT LOAD x', null],
    ['predixy', 'GETDEL k', /predixy refuses it/],
    ['envoy', 'XADD s * f v', null],
    ['envoy', 'BF.ADD k v', null],
    ['envoy', 'EVAL return(1) 0', /takes it with a key only/],
    ['envoy', 'SUBSCRIBE c', /envoy refuses it/],
    [['KEYS', 'config', '@pubsub'], 'KEYS *', /^KEYS is not sent: the option refuses of endpoints\(\) names it$/],
    [['KEYS', 'config', '@pubsub'], 'CONFIG SET a b', /names it/],
    [['KEYS', 'config', '@pubsub'], 'PUBLISH c m', /names it/],
    [['KEYS', 'config', '@pubsub'], 'GET k', null],
    [['CONFIG SET'], 'CONFIG GET a', null],
    [['@blocking', '@transaction'], 'BLPOP k 1', /names it/],
    [['@blocking', '@transaction'], 'WATCH k', /names it/],
    [['@write'], 'SET k v', /names it/],
    [['@write'], 'GET k', null],
    [['@read'], 'GET k', /names it/],
    [['@scripting'], 'FCALL f 0', /names it/],
    [['@scripting'], 'SCRIPT LOAD x', /names it/],
    [['@admin'], 'CONFIG SET a b', /names it/],
    [['FT.SEARCH'], 'FT.SEARCH i q', /names it/],
  ];
  for (const [refuses, words, message] of cases) {
    it(`${message === null ? 'let' : 'refuse'} ${words} with ${JSON.stringify(refuses)}`, () => {
      const refusal = refusalOf(refuses, words);
      if (message === null) assert.equal(refusal, null);
      else assert.match(String(refusal), message);
    });
  }

  it('are none where the option is not given, and with other topologies', () => {
    assert.equal(RefusedCommands.of(endpoints('a:1')), null);
    assert.equal(RefusedCommands.of(endpoints('a:1', { refuses: [] })), null);
    assert.equal(RefusedCommands.of(single('a:1')), null);
  });

  it('refuse subscriptions of the kinds that are named', () => {
    const refused = RefusedCommands.of(endpoints('a:1', { refuses: ['PSUBSCRIBE'] }));
    assert.equal(refused?.whyNotSubscribe('channel'), null);
    assert.match(String(refused?.whyNotSubscribe('pattern')?.message), /^PSUBSCRIBE is not sent/);
  });

  for (const [refuses, message] of [
    [['KEY'], /endpoints\(options\)\.refuses\[0\]: unknown command "KEY"; did you mean KEYS\?/],
    [['KEYS', '@slowest'], /endpoints\(options\)\.refuses\[1\]: expected one of @admin, @blocking/],
  ] as const) {
    it(`are no ${JSON.stringify(refuses)}`, () => {
      assert.throws(
        () => RefusedCommands.of(endpoints('a:1', { refuses })),
        (error) => error instanceof OptionsError && message.test(error.message),
      );
    });
  }

  it('have names that the servers know, in the profiles of all proxies', () => {
    const containers = new Set(Object.keys(COMMAND_TABLE).map((name) => name.split(' ')[0]));
    for (const { takes, takesWith, refuses, withKey } of Object.values(PROFILES)) {
      for (const name of [...(takes ?? []), ...Object.values(takesWith).flat(), ...refuses, ...withKey]) {
        if (name.startsWith('@') || name.includes('.') || containers.has(name)) continue;
        assert.ok(command(name));
      }
    }
  });
});
