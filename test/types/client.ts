import {
  type ClientOptions,
  cluster,
  createClient,
  endpoints,
  type Raw,
  type Redis,
  replication,
  ring,
  type SlotwiseError,
  sentinel,
  single,
  type TopologySnapshot,
} from '../../lib/index.js';
import { reply } from './expect.js';

declare const redis: Redis;
declare const options: ClientOptions;
declare const signal: AbortSignal;

// Options follow through to the replies
reply(createClient().get('k')).is<string | null>();
reply(createClient().incr('k')).is<number>();
reply(createClient('redis://localhost').incr('k')).is<number>();
reply(createClient(options).get('k')).is<string | null>();
reply(createClient({ integers: 'bigint' }).incr('k')).is<bigint>();
reply(createClient({ integers: 'string' }).incr('k')).is<string>();
reply(createClient({ integers: 'number' }).incr('k')).is<number>();
reply(createClient({ topology: cluster(['redis://a:1']), reads: 'replicaPreferred' }).incr('k')).is<number>();
createClient({ topology: single('localhost') });
createClient({ topology: replication(['a:1', { host: 'b', port: 2 }]) });
createClient({ topology: sentinel('a:1', 'mymaster', { password: 'p' }) });
createClient({ topology: ring(['a:1', { host: 'b', port: 2 }, { path: '/run/r.sock' }, replication(['c', 'd'])]) });
createClient({ topology: ring({ a: 'a:1', b: { at: sentinel('s', 'b') } }, { as: 'go-redis', onDown: 'eject', eject: { after: 5 } }) });
ring(['a', { at: 'b', name: 'x', weight: 2 }], { as: 'twemproxy', hash: 'one_at_a_time', distribution: 'modula', hashTag: '{}' });
ring(['a', 'b'], { as: 'jedis', hash: 'md5', tag: '{}', version: 2 });
ring(['a', 'b'], { as: 'jedis', tag: /<(.+?)>/ });
ring(['a', 'b'], { as: 'redis-rb', version: 4, tag: /^(.)/ });
ring(['a', 'b'], { as: 'predixy', hash: 'atol', sameMember: true });
ring(['a', 'b'], { place: (key, names) => key.length % names.length, hashTag: '{}' });
// @ts-expect-error no such placement
ring(['a'], { as: 'envoy' });
// @ts-expect-error twemproxy has another name for it
ring(['a'], { as: 'twemproxy', hash: 'fnv1a64' });
// @ts-expect-error reads would not find what was written
ring(['a'], { as: 'twemproxy', distribution: 'random' });
// @ts-expect-error 4 and 5 place keys differently
ring(['a'], { as: 'redis-rb' });
// @ts-expect-error a tag of another placement
ring(['a'], { as: 'jedis', hashTag: '{}' });
// @ts-expect-error it gives an index
ring(['a'], { place: () => 'a' });
// @ts-expect-error a member has an address
ring([{ name: 'a' }]);
// @ts-expect-error members are named by their list, not one after another
ring('a', 'b');
createClient({ topology: cluster(['a:1']), previous: replication(['b:1']) });
// @ts-expect-error a topology
createClient({ previous: 'redis://b' });
createClient({ allowedAddresses: ['10.0.1.0/24', '*.cache.example:6379'] });
// @ts-expect-error a list
createClient({ allowedAddresses: '10.0.1.0/24' });
// @ts-expect-error patterns, not expressions
createClient({ allowedAddresses: [/^10\./] });
// @ts-expect-error no such mode
createClient({ reads: 'slave' });
// @ts-expect-error no such option
createClient({ timeout: 5 });
// @ts-expect-error no such form
createClient({ integers: 'float' });
createClient({ tls: { servername: 'cache.example', ca: ['x'] } });
// @ts-expect-error servers are named by the topology
createClient({ tls: { host: 'other' } });
createClient({ topology: endpoints(['a:1', { host: 'b' }], { speaks: 'plain', refuses: 'twemproxy', balance: 'spread' }) });
createClient({ topology: endpoints(async () => ['a:1'], { refuses: ['KEYS', '@pubsub'], refreshMs: 5_000, rebalanceMs: 60_000 }) });
// @ts-expect-error only proxies that are known have a name
endpoints('a:1', { refuses: 'haproxy' });
// @ts-expect-error a function gives a list
endpoints(() => 'a:1');
// @ts-expect-error a sentinel needs the name of its group
sentinel(['a:1']);

// Views
reply(redis.session().get('k')).is<string | null>();
reply(redis.with({ buffers: true, hedge: true }).session().domain('video').get('k')).is<Buffer | null>();
createClient({ hedge: true, offload: { commands: 'KEYS', fallback: ['anyReplica'] } });
createClient({ domains: { a: { guard: { read: '*', write: ['a:*'] }, offload: [{ commands: ['@slow'], maxLagMs: 5 }] } } });
// @ts-expect-error it says which commands
createClient({ offload: { fallback: ['primary'] } });
reply(redis.with({ integers: 'bigint' }).incr('k')).is<bigint>();
reply(redis.with({ buffers: true }).get('k')).is<Buffer | null>();
reply(redis.with({ buffers: true }).with({ integers: 'string' }).get('k')).is<Buffer | null>();
reply(redis.with({ buffers: true }).with({ integers: 'string' }).incr('k')).is<string>();
reply(redis.with({ buffers: true }).with({ buffers: false }).get('k')).is<string | null>();
reply(redis.with({ timeoutMs: 5, signal, reads: 'nearest', idempotent: true }).get('k')).is<string | null>();
reply(redis.domain('news').get('k')).is<string | null>();
reply(redis.member('b').get('k')).is<string | null>();
reply(redis.with({ buffers: true }).member('b').session().get('k')).is<Buffer | null>();
redis.memberOf(Buffer.from('k')) satisfies string;
redis.setMembers({ a: 'h1', b: { at: 'h2', name: 'b', weight: 2 } });
redis.setMembers(['redis://h1', { host: 'h2', port: 1 }]);
// @ts-expect-error: a member is an address or a topology
redis.setMembers([1]);
redis.on('members', ({ members, added, removed }) => [members, added, removed] satisfies (readonly string[])[]);
redis.on('eject', ({ member }) => member satisfies string);
redis.stats().ring?.ejected satisfies readonly string[] | undefined;
reply(redis.with({ buffers: true }).domain('news').get('k')).is<Buffer | null>();
// @ts-expect-error an option of the client, not of a call
redis.with({ password: 'p' });

// Other groups of the same sentinels
reply(redis.group('other').get('k')).is<string | null>();
reply(redis.with({ buffers: true, integers: 'bigint' }).group('other', { password: 'p', database: 1 }).get('k')).is<Buffer | null>();
reply(
  redis
    .with({ integers: 'bigint' })
    .group('other', { tls: true, credentials: () => ({ password: 'p' }) })
    .incr('k'),
).is<bigint>();
// @ts-expect-error an option of the client
redis.group('other', { reads: 'replica' });

// Pipelines and transactions
reply(redis.multi().get('a').incr('b').exec()).is<[string | null, number]>();
reply(redis.pipeline().set('a', '1').set('a', '1', { GET: true }).exec()).is<['OK', string | null]>();
reply(redis.pipeline().exec()).is<[]>();
reply(redis.with({ integers: 'bigint' }).multi().incr('b').exec()).is<[bigint]>();
reply(redis.with({ buffers: true }).pipeline().get('b').exec()).is<[Buffer | null]>();
reply(redis.pipeline().get('a').incr('b').exec({ errors: 'inline' })).is<[string | null | SlotwiseError, number | SlotwiseError]>();
reply(redis.pipeline().get('a').exec({ errors: 'reject' })).is<[string | null]>();
// @ts-expect-error a pipeline has no pipelines
redis.pipeline().pipeline();

// What is not in the table
reply(redis.call('JSON.GET', 'doc', '$.name')).is<Raw>();
reply(redis.pipeline().get('a').call('JSON.GET', 'doc').incr('b').exec()).is<[string | null, Raw, number]>();
reply(redis.multi().call('JSON.GET', 'doc').exec()).is<[Raw]>();
reply(redis.watch('a', async (tx) => tx.multi().call('JSON.SET', 'a', '$', await tx.get('a').then(String)))).is<[Raw] | null>();
// @ts-expect-error a command needs a name
redis.call();
// @ts-expect-error nothing can be sent for an object
redis.call('SET', 'k', {});

// One connection
reply(redis.lease((one) => one.get('k'))).is<string | null>();
reply(redis.lease(async () => 5, { key: 'k' })).is<number>();
reply(redis.with({ buffers: true }).lease((one) => one.get('k'))).is<Buffer | null>();

// Life
reply(redis.connect()).is<void>();
reply(redis.close()).is<void>();
redis.on('error', (error) => error.executed satisfies 'no' | 'unknown' | 'yes');
redis.on('failover', ({ from, to }) => [from satisfies string | null, to satisfies string]);
redis.once('topology', (snapshot) => snapshot satisfies TopologySnapshot);
// @ts-expect-error no such event
redis.on('end', () => {});
redis.topology satisfies TopologySnapshot | null;
redis.stats().nodes satisfies readonly { readonly node: string; readonly inFlight: number }[];

// A duplicate and a dedicated connection have the types of their view
reply(redis.duplicate().get('k')).is<string | null>();
reply(redis.with({ buffers: true, integers: 'bigint' }).duplicate({ clientName: 'a', signal }).incr('k')).is<bigint>();
reply(redis.dedicated({ key: 'k', database: 3, clientName: 'a' }).get('k')).is<string | null>();
reply(redis.with({ buffers: true }).dedicated().get('k')).is<Buffer | null>();
reply(redis.dedicated().call('MULTI')).is<Raw>();
reply(redis.dedicated().select(1)).is<'OK'>();
reply(redis.setName('a')).is<void>();
reply(redis.setName(null)).is<void>();
redis.dedicated().on('ready', ({ node }) => node.length);
redis.dedicated().on('reconnecting', ({ node, error }) => [node?.length, error.code]);
// @ts-expect-error no such event
redis.dedicated().on('failover', () => {});
// @ts-expect-error no such option
redis.dedicated({ reads: 'replica' });
// @ts-expect-error a name is needed
redis.setName();
