/**
 * What our documents say about other clients, as data: the README's table and docs/comparison.md are made of it
 * (`npm run comparison -- --write`), and `npm run comparison` tells which statements were made of another version than the pinned one.
 */
const ioredis = 'https://github.com/redis/ioredis/blob/v6.0.0/README.md';
const nodeRedis = 'https://github.com/redis/node-redis/blob/redis%406.3.1';
const glide = 'https://github.com/valkey-io/valkey-glide';

/** The rivals, with the package that `benchmarks/package.json` pins and the documents that most statements are from. */
export const rivals = {
  ioredis: { package: 'ioredis', version: '6.0.0', source: ioredis },
  'node-redis': { package: 'redis', version: '6.3.1', source: `${nodeRedis}/docs` },
  'valkey-glide': { package: '@valkey/valkey-glide', version: '2.5.2', source: `${glide}/blob/v2.5.2/node` },
};

/** A statement: of which rival, what, and, where they are not those of `rivals`, of which version and where it was seen. */
const says = (text, where = {}) => ({ text, ...where });
const inRedisOptions = (text, name) =>
  says(text, { source: 'https://github.com/redis/ioredis/blob/v6.0.0/lib/redis/RedisOptions.ts', name });
const inGlide = (text, name) => says(text, { source: `${glide}/blob/v2.5.2/node/src/BaseClient.ts`, name });

/** Rows of the README's table: what, slotwise, and each rival in the order of `rivals`. */
export const table = [
  ['single, Sentinel, Cluster', 'yes', says('yes'), says('yes', { source: `${nodeRedis}/docs/sentinel.md` }), says('no Sentinel')],
  [
    'primary with replicas, found by itself, without Sentinel',
    'yes, and failovers',
    says('no'),
    says('no'),
    inGlide('yes, where asked for', 'NodeDiscoveryMode.DiscoverAll'),
  ],
  ['keys placed on independent servers by hashing, as twemproxy, Jedis and go-redis do', 'yes', says('no'), says('no'), says('no')],
  [
    'several equal proxies, the next when one fails',
    'yes, listed by a function too',
    inRedisOptions('with a connector of one’s own', 'Connector'),
    says('no'),
    inGlide('one proxy', 'NodeDiscoveryMode.Static'),
  ],
  [
    'reads on replicas outside a cluster',
    'every topology',
    says('Sentinel: one role a client', { name: 'role' }),
    says('Sentinel', { source: `${nodeRedis}/docs/sentinel.md`, name: 'replicaPoolSize' }),
    inGlide('yes', 'readFrom'),
  ],
  ['reads split by domain', 'yes', says('no'), says('no'), says('no')],
  ['one’s own writes read from replicas; slow commands on replicas of their own', 'yes', says('no'), says('no'), says('no')],
  ['replicas that are too far behind are left out', 'yes, in ms or bytes', says('no'), says('no'), says('no')],
  [
    'MGET, MSET, DEL over several slots of a cluster',
    'split',
    says('refused'),
    says('split', { source: `${nodeRedis}/packages/client/lib/cluster/request-response-policies`, name: 'multi-shard-splitter' }),
    says('split'),
  ],
  ['a cluster pipeline over several nodes', 'yes', says('refused in most cases'), says('sent to one node'), says('yes')],
  ['blocking commands on connections of their own', 'by themselves', says('by hand'), says('by hand, or Sentinel’s pool'), says('by hand')],
  ['an error says whether the command ran', 'yes', says('no'), says('no'), says('no')],
  ['subscriptions say what may be missing after a failover', 'yes', says('no'), says('no'), says('no')],
  [
    'client-side caching',
    'no',
    says('no'),
    says('yes', { source: `${nodeRedis}/docs/client-side-caching.md` }),
    inGlide('yes', 'clientSideCache'),
  ],
  [
    'OpenTelemetry by itself',
    'no, by diagnostics channels',
    says('no'),
    says('metrics', { source: `${nodeRedis}/packages/client/lib/opentelemetry` }),
    says('yes', { source: `${glide}/blob/v2.5.2/node/src/OpenTelemetry.ts` }),
  ],
  [
    'several commands in one write',
    'always, a tick',
    says('optional', { name: 'enableAutoPipelining' }),
    says('always, a tick'),
    says('in its core'),
  ],
  ['code', 'TypeScript', says('TypeScript'), says('TypeScript'), says('Rust core, binary addon')],
];

/** What they have and we have not, as far as it is in no row. */
export const theirs = [
  ['node-redis', says('maintenance notifications of Redis Enterprise', { name: 'maintNotifications' })],
  ['node-redis', says('typed commands of the modules JSON, search, time series and Bloom filters')],
  ['valkey-glide', inGlide('compression of values', 'compression')],
  ['valkey-glide', inGlide('IAM authentication', 'iamConfig')],
  ['valkey-glide', inGlide('a circuit breaker over the whole client', 'clientCircuitBreaker')],
  ['valkey-glide', inGlide('subscriptions that change while it is connected', 'subscribe')],
  ['valkey-glide', says('typed commands of the modules JSON and search')],
  ['ioredis', says('years of production, and libraries that are built on it')],
];

/** Every statement with its rival, version and source. */
export function statements() {
  const names = Object.keys(rivals);
  const all = [
    ...table.flatMap(([what, , ...cells]) => cells.map((cell, i) => ({ rival: names[i], what, ...cell }))),
    ...theirs.map(([rival, one]) => ({ rival, what: 'has', ...one })),
  ];
  return all.map((one) => ({ version: rivals[one.rival].version, source: rivals[one.rival].source, ...one }));
}

/** The table of the README. */
export function readmeTable() {
  const lines = table.map(([what, own, ...cells]) => [what, own, ...cells.map(({ text }) => text)]);
  const heads = Object.entries(rivals).map(([name, { version }]) => `${name} ${version}`);
  return [['', 'slotwise', ...heads], ['---', '---', '---', '---', '---'], ...lines]
    .map((line) => `| ${line.join(' | ')} |`.replace('|  |', '| |'))
    .join('\n');
}

/** The page docs/comparison.md. */
export function comparisonPage() {
  const rows = statements().map(({ rival, version, what, text, source, name }) => {
    const link = source.replace(/^https:\/\/github\.com\//, '').replace(/\/blob\/[^/]+/, '');
    return `| ${rival} ${version} | ${what} | ${text} | [${link}](${source})${name === undefined ? '' : `, \`${name}\``} |`;
  });
  return `# What is said of other clients

Every statement of the README and of these pages about another client, with its version and where it was seen: its documentation, its code, or the
typings of its package. Made from \`benchmarks/comparison.mjs\` by \`npm run comparison -- --write\`; \`npm run comparison\` lists the statements that need
another look because \`benchmarks/package.json\` pins another version by now. Something is wrong or out of date? Please open an issue.

| client | what | says | seen at |
|---|---|---|---|
${rows.join('\n')}
`;
}
