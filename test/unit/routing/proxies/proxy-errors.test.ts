import assert from 'node:assert/strict';
import type { ProxyName } from '../../../../lib/options/endpoints.js';
import { endpoints, single } from '../../../../lib/options/topology.js';
import { parseReplyError } from '../../../../lib/protocol/resp/reply-error.js';
import { proxyErrorFor, proxyErrorsOf } from '../../../../lib/routing/proxies/proxy-errors.js';

describe('the errors of a proxy', () => {
  const cases: readonly (readonly [proxy: ProxyName, text: string, executed: string | null, repeat?: string])[] = [
    ['twemproxy', 'ERR Connection refused', 'no', 'always'],
    ['twemproxy', 'ERR No such file or directory', 'no', 'always'],
    ['twemproxy', 'ERR Connection timed out', 'unknown', 'reads'],
    ['twemproxy', 'ERR Connection reset by peer', 'unknown', 'reads'],
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
      const found = proxyErrorFor(proxyErrorsOf(endpoints('a:1', { refuses })), parseReplyError(text));
      assert.deepEqual(found === null ? [null] : [found.executed, found.repeat], executed === null ? [null] : [executed, repeat]);
    });
  }

  it('are none where no proxy is named', () => {
    assert.deepEqual(proxyErrorsOf(endpoints('a:1', { refuses: ['KEYS'] })), []);
    assert.deepEqual(proxyErrorsOf(single('a:1')), []);
  });
});
