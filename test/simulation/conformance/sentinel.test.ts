import { deepStrictEqual, ok } from 'node:assert';
import { versionOf } from '../../../scripts/servers.mjs';
import { describeOn } from '../../support/other-servers.js';
import { SentinelGroup } from '../../support/sentinel.js';
import { Server } from '../../support/server.js';
import { RedisServer } from '../servers/redis/redis-server.js';
import { Replication } from '../servers/replication/replication.js';
import { SentinelServer } from '../servers/sentinel/sentinel-server.js';
import { type Conversation, type Host, ModelHost, RealHost, SCRIPT_TIMEOUT_MS } from './conversation.js';
import { printTree, type ReplyTree } from './reply-tree.js';

interface Address {
  readonly host: string;
  readonly port: number;
}

/** A primary with two replicas and three sentinels, real or not. */
interface Side {
  readonly host: Host;
  readonly nodes: readonly Address[];
  readonly sentinels: readonly Address[];
}

const SETTINGS = { name: 'mymaster', quorum: 2, downAfterMs: 1_500, failoverTimeoutMs: 10_000, parallelSyncs: 1 };

async function modelSide(options: { readonly product: 'redis' | 'valkey'; readonly version: string }): Promise<Side> {
  const host = new ModelHost();
  const { network, books } = host;
  const nodes = [0, 1, 2].map((index) => new RedisServer(network, { host: host.host, port: 6379 + index }, options, books));
  const parts = nodes.map((server) => {
    const replication = new Replication(server, null);
    server.replication = replication;
    return replication;
  });
  const [first, ...others] = parts;
  ok(first !== undefined);
  for (const replication of others) replication.begin(first);
  const sentinels = [0, 1, 2].map((index) => new SentinelServer(network, { host: host.host, port: 25_000 + index }, options, books));
  for (const sentinel of sentinels) sentinel.monitor(SETTINGS, host.host, 6379);
  for (const server of [...nodes, ...sentinels]) server.start();
  await host.wait(6_000);
  return { host, nodes, sentinels };
}

function realSide(group: SentinelGroup): Side {
  const [first] = group.sentinels;
  ok(first !== undefined);
  return { host: new RealHost(first.port, first.host), nodes: group.nodes, sentinels: group.sentinels };
}

/** Questions to one sentinel. `fields`: only the names of fields are compared. */
const QUESTIONS: readonly (readonly [command: string, compares?: 'fields' | 'type'])[] = [
  ['PING'],
  ['SENTINEL GET-MASTER-ADDR-BY-NAME mymaster'],
  ['SENTINEL get-master-addr-by-name other'],
  ['SENTINEL GET-MASTER-ADDR-BY-NAME'],
  ['SENTINEL MASTER other'],
  ['SENTINEL REPLICAS other'],
  ['SENTINEL SLAVES other'],
  ['SENTINEL SENTINELS other'],
  ['SENTINEL CKQUORUM mymaster'],
  ['SENTINEL CKQUORUM other'],
  ['SENTINEL FAILOVER other'],
  ['SENTINEL REMOVE other'],
  ['SENTINEL RESET other'],
  ['SENTINEL MONITOR a b c d'],
  ['SENTINEL MONITOR a 127.0.0.1 c 1'],
  ['SENTINEL MONITOR a 127.0.0.1 6379 0'],
  ['SENTINEL MONITOR mymaster 127.0.0.1 6379 1'],
  ['SENTINEL NONSENSE'],
  ['SENTINEL'],
  ['SENTINEL MYID', 'type'],
  ['SENTINEL FLUSHCONFIG'],
  ['ROLE'],
  ['ROLE a'],
  ['GET k'],
  ['SET k v'],
  ['MULTI'],
  ['SCRIPT LOAD a'],
  ['CLIENT SETNAME me'],
  ['CLIENT GETNAME'],
  ['CLIENT ID a'],
  ['SUBSCRIBE'],
  ['SELECT 1'],
  ['WAIT 0 0'],
  ['REPLICAOF NO ONE'],
  ['CLUSTER INFO'],
];

/** Those whose replies have the fields of servers: names, and values that do not depend on time. */
const LISTS: readonly string[] = ['MASTER', 'MASTERS', 'REPLICAS', 'SENTINELS'];
const STABLE: ReadonlySet<string> = new Set([
  ...[
    'flags',
    'down-after-milliseconds',
    'role-reported',
    'config-epoch',
    'num-slaves',
    'num-other-sentinels',
    'quorum',
    'failover-timeout',
  ],
  ...[
    'parallel-syncs',
    'master-link-down-time',
    'master-link-status',
    'slave-priority',
    'replica-announced',
    'voted-leader',
    'link-refcount',
  ],
  ...['voted-leader-epoch', 'master-host', 'ip'],
]);

async function ask(conversation: Conversation, command: string): Promise<ReplyTree> {
  conversation.send(command.split(' '));
  return conversation.next();
}

/** With names in place of addresses. */
function readable({ nodes, sentinels }: Side, text: string): string {
  let shown = text;
  for (const [index, { port }] of nodes.entries()) shown = shown.replaceAll(String(port), `node${index}`);
  for (const [index, { port }] of sentinels.entries()) shown = shown.replaceAll(String(port), `sentinel${index}`);
  return shown.replaceAll(nodes[0]?.host ?? '', 'HOST').replace(/[0-9a-f]{40}/g, 'ID');
}

async function answers(side: Side, protocol: 2 | 3): Promise<string[]> {
  const conversation = await side.host.open(side.sentinels[0]);
  const hello = await ask(conversation, `HELLO ${protocol}`);
  const shown = [`HELLO => ${fieldsOf(hello, new Set(['server', 'version', 'proto', 'mode', 'role']))}`];
  for (const [command, compares = 'exact'] of QUESTIONS) {
    shown.push(`${command} => ${readable(side, printTree(await ask(conversation, command), compares))}`);
  }
  for (const list of LISTS) {
    const reply = await ask(conversation, `SENTINEL ${list}${list === 'MASTERS' ? '' : ' mymaster'}`);
    const items = list === 'MASTER' ? [reply] : (reply.items ?? []);
    shown.push(readable(side, `${list} => ${reply.type} ${items.map((item) => `${item.type} ${fieldsOf(item, STABLE)}`).join(' | ')}`));
  }
  conversation.close();
  return shown;
}

function fieldsOf({ items }: ReplyTree, shown: ReadonlySet<string>): string {
  const texts: string[] = [];
  for (let at = 0; items !== null && at < items.length; at += 2) {
    const name = items[at]?.text ?? '';
    texts.push(shown.has(name) ? `${name}=${items[at + 1]?.text}` : name);
  }
  return texts.join(' ');
}

/** What the sentinel that is asked to fail over publishes until it has switched, and another one. */
async function eventsOfFailover(side: Side): Promise<string[][]> {
  const listening = await Promise.all(
    side.sentinels.map(async (address) => {
      const conversation = await side.host.open(address);
      await ask(conversation, 'PSUBSCRIBE *');
      return conversation;
    }),
  );
  const commanding = await side.host.open(side.sentinels[0]);
  const replies = [printTree(await ask(commanding, 'SENTINEL FAILOVER mymaster'))];
  replies.push(printTree(await ask(commanding, 'SENTINEL FAILOVER mymaster')));
  const all = [replies];
  for (const conversation of listening.slice(0, 2)) {
    const events: string[] = [];
    for (;;) {
      const [, , channel, text] = (await conversation.next()).items ?? [];
      if (!COMPARED.has(channel?.text ?? '')) continue;
      events.push(readable(side, `${channel?.text} ${text?.text}`));
      if (channel?.text === '+switch-master') break;
    }
    all.push(events);
  }
  const chosen = /\+switch-master \S+ HOST node\d HOST (node\d)/.exec(all[1]?.at(-1) ?? '')?.[1] ?? '?';
  const other = chosen === 'node1' ? 'node2' : 'node1';
  for (const conversation of [...listening, commanding]) conversation.close();
  return all.map((events) => events.map((text) => text.replaceAll(chosen, 'promoted').replaceAll(other, 'other')));
}

/** Not those whose moment is by chance, as of roles that INFO tells every 10 s. */
const COMPARED: ReadonlySet<string> = new Set([
  ...['+new-epoch', '+try-failover', '+vote-for-leader', '+elected-leader', '+failover-state-select-slave', '+selected-slave'],
  ...['+failover-state-send-slaveof-noone', '+failover-state-wait-promotion', '+promoted-slave', '+failover-state-reconf-slaves'],
  ...['+slave-reconf-sent', '+slave-reconf-inprog', '+slave-reconf-done', '+failover-end', '+switch-master', '+config-update-from'],
]);

describe('the model of a sentinel answers as a real one', () => {
  const compare = async (program: string | undefined): Promise<void> => {
    await using group = await SentinelGroup.start(program === undefined ? {} : { program });
    const real = realSide(group);
    const { product, version } = (program === undefined ? null : versionOf(program)) ?? Server.version();
    const model = await modelSide({ product, version });
    for (const protocol of [2, 3] as const) deepStrictEqual(await answers(model, protocol), await answers(real, protocol));
    deepStrictEqual(await eventsOfFailover(model), await eventsOfFailover(real));
  };

  const compares = (program?: string): void =>
    void it('to questions, and tells of a failover', () => compare(program)).timeout(SCRIPT_TIMEOUT_MS);

  compares();
  describeOn('valkey-9', 'on valkey-9', (program) => compares(program));
});
