import type { RedisArgument as Arg, RedisVariadicArgument as Args, Numeric } from '../command-parser.js';
import { entriesOf, list, listOf, map, mapOf, record } from '../replies/aggregates.js';
import { double } from '../replies/scores.js';
import { type Blob, command, integer, ok, raw, shape, text, texts, word } from './command.js';

type FlushMode = 'ASYNC' | 'SYNC';

const role = shape((reply) => {
  const [name, a, b, c, d] = listOf(reply);
  switch (String(name)) {
    case 'master':
      return {
        role: name,
        replicationOffest: a,
        replicas: listOf(b)
          .map(listOf)
          .map(([host, port, offset]) => ({ host, port: Number(port), replicationOffest: Number(offset) })),
      };
    case 'slave':
      return { role: name, master: { host: a, port: b }, state: c, dataReceived: d };
    default:
      return { role: name, masterNames: a };
  }
});

/** Numbers by name, of a flat list in either protocol. */
const counts = shape((reply) => Object.fromEntries(entriesOf(reply).map(([name, count]) => [String(name), Number(count)])));
const aclUser = record({ selectors: list(record()) });
const aclLog = list(record({ 'age-seconds': double }));
const memoryStats = record(
  Object.fromEntries(
    [
      'dataset.percentage',
      'peak.percentage',
      'allocator-fragmentation.ratio',
      'allocator-rss.ratio',
      'rss-overhead.ratio',
      'fragmentation',
    ].map((name) => [name, double]),
  ),
);
const latencies = shape((reply, _, mapping) =>
  mapOf(reply, mapping, (it) => mapOf(it, mapping, (value, field) => (field === 'histogram_usec' ? mapOf(value, mapping) : value))),
);
const modules = list(record());
const commandInfos = shape((reply) => listOf(reply).map((it) => (it === null ? null : commandInfo(listOf(it)))));

/** Where the reply of COMMAND has what: https://redis.io/docs/latest/commands/command/ */
function commandInfo([name, arity, flags, firstKeyIndex, lastKeyIndex, step, categories]: readonly unknown[]): Record<string, unknown> {
  const setOf = (list: unknown): Set<unknown> => new Set(Array.isArray(list) ? list : []);
  return { name, arity, flags: setOf(flags), firstKeyIndex, lastKeyIndex, step, categories: setOf(categories) };
}

/** The server, its settings and its rights. */
export const server = {
  aclCat: command('ACL CAT', (w, category?: Arg) => w.maybe(category), texts),
  aclDelUser: command('ACL DELUSER', (w, users: Args) => w.pushVariadic(users), integer),
  aclDryRun: command('ACL DRYRUN', (w, user: Arg, words: readonly Arg[]) => w.push(user, ...words), text),
  aclGenPass: command('ACL GENPASS', (w, bits?: number) => w.maybeNumber(bits || undefined), text),
  aclGetUser: command('ACL GETUSER', (w, user: Arg) => w.push(user), aclUser),
  aclList: command('ACL LIST', () => undefined, texts),
  aclLoad: command('ACL LOAD', () => undefined, ok),
  aclLog: command('ACL LOG', (w, count?: number) => w.maybeNumber(count), aclLog),
  aclLogReset: command('ACL LOG', (w) => w.push('RESET'), ok),
  aclSave: command('ACL SAVE', () => undefined, ok),
  aclSetUser: command('ACL SETUSER', (w, user: Arg, rule: Args) => w.push(user).pushVariadic(rule), ok),
  aclUsers: command('ACL USERS', () => undefined, texts),
  aclWhoAmI: command('ACL WHOAMI', () => undefined, text),

  bgRewriteAof: command('BGREWRITEAOF', () => undefined, word),
  bgSave: command('BGSAVE', (w, options?: { SCHEDULE?: boolean }) => w.flag('SCHEDULE', options?.SCHEDULE), word),
  command: command('COMMAND', () => undefined, commandInfos),
  commandCount: command('COMMAND COUNT', () => undefined, integer),
  commandGetKeys: command('COMMAND GETKEYS', (w, args: readonly Arg[]) => w.push(...args), texts),
  commandGetKeysAndFlags: command(
    'COMMAND GETKEYSANDFLAGS',
    (w, args: readonly Arg[]) => w.push(...args),
    shape((reply) =>
      listOf(reply).map((it) => {
        const [key, flags] = listOf(it) as unknown as [Blob, string[]]; // the server's order
        return { key, flags };
      }),
    ),
  ),
  commandInfo: command('COMMAND INFO', (w, names: readonly string[]) => w.push(...names), commandInfos),
  commandList: command(
    'COMMAND LIST',
    (w, options?: { FILTERBY?: { type: 'MODULE' | 'ACLCAT' | 'PATTERN'; value: Arg } }) => {
      if (options?.FILTERBY) w.push('FILTERBY', options.FILTERBY.type, options.FILTERBY.value);
    },
    texts,
  ),
  configGet: command('CONFIG GET', (w, parameters: Args) => w.pushVariadic(parameters), map<Blob>()),
  configResetStat: command('CONFIG RESETSTAT', () => undefined, ok),
  configRewrite: command('CONFIG REWRITE', () => undefined, ok),
  configSet: command(
    'CONFIG SET',
    (w, ...[parameter, value]: [parameter: Arg, value: Arg] | [settings: Readonly<Record<string, Arg>>]) => {
      if (typeof parameter === 'string' || parameter instanceof Buffer)
        w.push(parameter, value as Arg); // by the type
      else w.push(...Object.entries(parameter).flat());
    },
    ok,
  ),
  dbSize: command('DBSIZE', () => undefined, integer),
  echo: command('ECHO', (w, message: Arg) => w.push(message), text),
  flushAll: command('FLUSHALL', (w, mode?: FlushMode) => w.maybe(mode), ok),
  flushDb: command('FLUSHDB', (w, mode?: FlushMode) => w.maybe(mode), ok),
  info: command('INFO', (w, section?: Arg) => w.maybe(section), raw<string>()),
  lastSave: command('LASTSAVE', () => undefined, integer),
  latencyDoctor: command('LATENCY DOCTOR', () => undefined, word),
  latencyGraph: command('LATENCY GRAPH', (w, event: string) => w.push(event), word),
  latencyHistogram: command('LATENCY HISTOGRAM', (w, ...names: string[]) => w.push(...names), latencies),
  latencyHistory: command('LATENCY HISTORY', (w, event: string) => w.push(event), raw<[time: number, latency: number][]>()),
  latencyLatest: command('LATENCY LATEST', () => undefined, raw<[event: Blob, time: number, latest: number, max: number][]>()),
  latencyReset: command('LATENCY RESET', (w, ...events: string[]) => w.push(...events), integer),
  lolwut: command(
    'LOLWUT',
    (w, version?: number, ...rest: number[]) => {
      if (version) w.push('VERSION').number(version, ...rest);
    },
    word,
  ),
  memoryDoctor: command('MEMORY DOCTOR', () => undefined, word),
  memoryMallocStats: command('MEMORY MALLOC-STATS', () => undefined, word),
  memoryPurge: command('MEMORY PURGE', () => undefined, ok),
  memoryStats: command('MEMORY STATS', () => undefined, memoryStats),
  memoryUsage: command(
    'MEMORY USAGE',
    (w, key: Arg, options?: { SAMPLES?: number }) => w.pushKey(key).option('SAMPLES', options?.SAMPLES),
    raw<number | null>(),
  ),
  moduleList: command('MODULE LIST', () => undefined, modules),
  moduleLoad: command('MODULE LOAD', (w, path: Arg, args: readonly Arg[] = []) => w.push(path, ...args), ok),
  moduleUnload: command('MODULE UNLOAD', (w, name: Arg) => w.push(name), ok),
  ping: command(
    'PING',
    (w, message?: Arg) => {
      if (message !== undefined) w.push(message);
    },
    raw<string>(),
  ),
  publish: command('PUBLISH', (w, channel: Arg, message: Arg) => w.push(channel, message), integer),
  pubSubChannels: command('PUBSUB CHANNELS', (w, pattern?: Arg) => w.maybe(pattern), texts),
  pubSubNumPat: command('PUBSUB NUMPAT', () => undefined, integer),
  pubSubNumSub: command('PUBSUB NUMSUB', (w, channels?: Args) => w.pushVariadic(channels ?? []), counts),
  pubSubShardChannels: command('PUBSUB SHARDCHANNELS', (w, pattern?: Arg) => w.maybe(pattern), texts),
  pubSubShardNumSub: command('PUBSUB SHARDNUMSUB', (w, channels?: Args) => w.pushVariadic(channels ?? []), counts),
  replicaOf: command('REPLICAOF', (w, host: Arg, port: Numeric) => w.push(host).number(port), word),
  role: command('ROLE', () => undefined, role),
  sPublish: command('SPUBLISH', (w, channel: Arg, message: Arg) => w.push(channel, message), integer),
  swapDb: command('SWAPDB', (w, a: Numeric, b: Numeric) => w.number(a, b), ok),
  time: command('TIME', () => undefined, raw<[seconds: Blob, microseconds: Blob]>()),
  wait: command('WAIT', (w, replicas: Numeric, timeout: Numeric) => w.number(replicas, timeout), integer),
};
