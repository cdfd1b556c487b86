import assert from 'node:assert/strict';
import { OptionsError } from '../../../lib/errors.js';
import { type ConnectionUrl, parseUrl } from '../../../lib/options/url.js';

const base = { tls: false, parameters: {} };
const local = { host: 'localhost', port: 6379 };

const GOOD: readonly (readonly [url: string, expected: ConnectionUrl])[] = [
  ['redis://localhost', { ...base, kind: 'single', addresses: [local] }],
  ['REDIS://LOCALHOST:6379/', { ...base, kind: 'single', addresses: [local] }],
  ['valkey://localhost:6379', { ...base, kind: 'single', addresses: [local] }],
  ['rediss://localhost', { ...base, kind: 'single', addresses: [local], tls: true }],
  ['valkeys://localhost/2', { ...base, kind: 'single', addresses: [local], tls: true, database: 2 }],
  ['redis://[::1]:7000/0', { ...base, kind: 'single', addresses: [{ host: '::1', port: 7000 }], database: 0 }],
  ['redis://:secret@localhost', { ...base, kind: 'single', addresses: [local], password: 'secret' }],
  ['redis://ada@localhost', { ...base, kind: 'single', addresses: [local], username: 'ada' }],
  ['redis://:@localhost', { ...base, kind: 'single', addresses: [local] }],
  ['redis://a%3Ab:p%40s%2Fs%3F%23:%25@localhost', { ...base, kind: 'single', addresses: [local], username: 'a:b', password: 'p@s/s?#:%' }],
  ['redis://localhost?clientName=a%20b&x=1', { ...base, kind: 'single', addresses: [local], parameters: { clientName: 'a b', x: '1' } }],
  ['redis://localhost?database=3', { ...base, kind: 'single', addresses: [local], database: 3 }],
  [
    'redis+cluster://u:p@10.0.0.1:7000,10.0.0.2,[fd00::1]:7001',
    {
      ...base,
      kind: 'cluster',
      username: 'u',
      password: 'p',
      addresses: [
        { host: '10.0.0.1', port: 7000 },
        { host: '10.0.0.2', port: 6379 },
        { host: 'fd00::1', port: 7001 },
      ],
    },
  ],
  ['rediss+cluster://localhost', { ...base, kind: 'cluster', addresses: [local], tls: true }],
  [
    'valkey+replication://localhost,localhost:1/4',
    { ...base, kind: 'replication', addresses: [local, { ...local, port: 1 }], database: 4 },
  ],
  [
    'redis+sentinel://:p@s1,s2:5000/my%20group/1',
    {
      ...base,
      kind: 'sentinel',
      password: 'p',
      name: 'my group',
      database: 1,
      addresses: [
        { host: 's1', port: 26_379 },
        { host: 's2', port: 5000 },
      ],
    },
  ],
  ['valkeys+sentinel://s1/main', { ...base, kind: 'sentinel', name: 'main', addresses: [{ host: 's1', port: 26_379 }], tls: true }],
  ['unix:///run/redis.sock', { ...base, kind: 'single', addresses: [{ path: '/run/redis.sock' }] }],
  [
    'redis+unix://u:p@/run/a%20b.sock?database=1',
    { ...base, kind: 'single', addresses: [{ path: '/run/a b.sock' }], username: 'u', password: 'p', database: 1 },
  ],
];

const BAD: readonly (readonly [url: string, message: RegExp])[] = [
  ['', /a URL such as redis:/],
  ['localhost:6379', /a URL such as redis:/],
  ['http://localhost', /scheme redis, rediss.*got http:/],
  ['redis+ring://localhost', /scheme redis/],
  ['redis+cluster+sentinel://localhost', /scheme redis/],
  ['constructor://localhost', /scheme redis/],
  ['redis+constructor://localhost', /scheme redis/],
  ['redis://', /host:port/],
  ['redis://:6379', /host:port/],
  ['redis://localhost:0', /host:port/],
  ['redis://localhost:70000', /host:port/],
  ['redis://::1:6379', /host:port/],
  ['redis://a,b', /one host/],
  ['redis+cluster://a,,b', /host:port/],
  ['redis://localhost/x', /number of a database.*got text$/],
  ['redis://localhost/-1', /number of a database/],
  ['redis://localhost/1/2', /nothing after/],
  ['redis://localhost/1?database=2', /not both/],
  ['redis://localhost?a=1&a=2', /parameter a once/],
  ['redis+sentinel://localhost', /group's name/],
  ['redis+sentinel://localhost/', /group's name/],
  ['redis+sentinel://localhost/main/x', /number of a database/],
  ['unix://run/redis.sock', /absolute path/],
  ['unix://', /absolute path/],
];

/** URLs whose mistake lies in or near the password. */
const SECRETS: readonly string[] = [
  'redis://user:hunter2',
  'redis://:hunter2',
  'redis://user:hunter2@localhost:99999',
  'redis://user:hunter2@localhost/x/y',
  'redis://user:a@hunter2@localhost',
  'redis://user:a/hunter2@localhost',
  'redis://user:a?hunter2@localhost',
  'redis://user:a#hunter2@localhost',
  'redis://user:hunter2%@localhost',
  'redis:/user:hunter2@localhost',
  'user:hunter2@localhost',
  'http://user:hunter2@localhost',
  'redis+cluster://user:hunter2@a,user:hunter2@b',
  'redis+sentinel://:hunter2@a',
];

describe('a connection URL', () => {
  for (const [url, expected] of GOOD) it(`reads ${url}`, () => assert.deepEqual(parseUrl(url, 'url'), expected));

  for (const [url, message] of BAD) {
    it(`refuses ${JSON.stringify(url)}`, () => {
      assert.throws(
        () => parseUrl(url, 'url'),
        (error) => error instanceof OptionsError && error.path === 'url' && message.test(error.message),
      );
    });
  }

  for (const url of SECRETS) {
    it(`refuses ${url} without showing the password`, () => {
      assert.throws(
        () => parseUrl(url, 'url'),
        (error) => error instanceof OptionsError && !error.message.includes('hunter2'),
      );
    });
  }
});
