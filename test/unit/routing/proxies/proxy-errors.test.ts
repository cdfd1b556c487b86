import assert from 'node:assert/strict';
import type { ProxyName } from '../../../../lib/options/endpoints.js';
import { endpoints, single } from '../../../../lib/options/topology.js';
import { command } from '../../../../lib/protocol/catalog/specs.js';
import { parseReplyError } from '../../../../lib/protocol/resp/reply-error.js';
import { ProxyErrors } from '../../../../lib/routing/proxies/proxy-errors.js';

describe('the errors of a proxy', () => {
  const cases: readonly (readonly [proxy: ProxyName, text: string, executed: string | null, repeat?: string])[] = [
    ['twemproxy', 'ERR Connection refused', 'no', 'always'],
    ['twemproxy', 'ERR No such file or directory', 'no', 'always'],
    ['twemproxy', 'ERR Connection timed out', 'unknown', 'reads'],
    ['twemproxy', 'ERR Connection reset by peer', 'unknown', 'reads'],
    ['twemproxy', 'ERR unknown', 'unknown', 'reads'],
    ['twemproxy', 'ERR Invalid argument', 'unknown', 'reads'],
    ['twemproxy', 'LOADING Redis is loading the dataset in memory', null],
    ['twemproxy', "ERR unknown command 'X'", null],
    ['twemproxy', 'ERR Connection refused by the guard', null],
    ['twemproxy', 'no upstream host', null],
    ['codis', 'ERR handle request, slot-0007: slot is not ready, may be offline', 'no', 'always'],
    ['codis', 'ERR handle response, backend conn reset', 'unknown', 'reads'],
    ['codis', 'ERR handle response, backend conn failure, EOF', 'unknown', 'reads'],
    ['predixy', 'ERR no server connection avaliable', 'no', 'always'],
    ['predixy', 'ERR server connection close', 'unknown', 'reads'],
    ['envoy', 'no upstream host', 'no', 'always'],
    ['envoy', 'upstream failure', 'unknown', 'reads'],
    ['envoy', 'finished with 2 error(s)', 'unknown', 'never'],
    ['envoy', 'ERR Connection refused', null],
  ];
  for (const [refuses, text, executed, repeat] of cases) {
    it(`${executed === null ? 'have not' : `tell by`} "${text}" of ${refuses}${executed === null ? '' : `: executed ${executed}, again ${repeat}`}`, () => {
      const found = new ProxyErrors(endpoints('a:1', { refuses })).find(parseReplyError(text), command('GET'), ['k']);
      assert.deepEqual(found === null ? [null] : [found.executed, found.repeat], executed === null ? [null] : [executed, repeat]);
    });
  }

  const refused = 'ERR Connection refused';
  const readonly = "READONLY You can't write against a read only replica.";
  const ofSeveral: readonly (readonly [words: string, text: string, executed: string | null, repeat?: string])[] = [
    ['DEL a', refused, 'no', 'always'],
    ['DEL a b', refused, 'unknown', 'reads'],
    ['MSET a 1', refused, 'no', 'always'],
    ['MSET a 1 b 2', refused, 'unknown', 'reads'],
    ['MGET a b', refused, 'unknown', 'reads'],
    ['LMOVE a b LEFT LEFT', refused, 'no', 'always'],
    ['MSET a 1 b 2', readonly, 'unknown', 'reads'],
    ['MSET a 1', readonly, null],
    ['MSET a 1 b 2', 'ERR syntax error', null],
  ];
  for (const [words, text, executed, repeat] of ofSeveral) {
    const what = executed === null ? 'are none' : `say: executed ${executed}, again ${repeat}`;
    it(`to ${words}, of which a part may have run, ${what}, in '${text}' of twemproxy`, () => {
      const [name = '', ...args] = words.split(' ');
      const found = new ProxyErrors(endpoints('a:1', { refuses: 'twemproxy' })).find(parseReplyError(text), command(name), args);
      assert.deepEqual(found === null ? [null] : [found.executed, found.repeat], executed === null ? [null] : [executed, repeat]);
    });
  }

  it('of a part are those of the whole also where something takes no HELLO, and else nowhere', () => {
    const foundAt = (hasPlain: boolean): string | undefined =>
      new ProxyErrors(single('a:1'), () => hasPlain).find(parseReplyError(readonly), command('DEL'), ['a', 'b'])?.executed;
    assert.deepEqual([foundAt(true), foundAt(false)], ['unknown', undefined]);
  });

  it('are none where no proxy is named', () => {
    for (const topology of [endpoints('a:1', { refuses: ['KEYS'] }), single('a:1')])
      assert.equal(new ProxyErrors(topology).find(parseReplyError(refused), command('GET'), ['k']), null);
  });
});
