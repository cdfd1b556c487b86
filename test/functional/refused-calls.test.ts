import assert from 'node:assert/strict';
import { ClusterAdmin, ReplicationAdmin, SentinelAdmin } from '../../lib/admin/index.js';
import { Dedicated } from '../../lib/api/dedicated.js';
import { Leased, Watched } from '../../lib/api/leased.js';
import { LeasedCommands } from '../../lib/api/leased-commands.js';
import { LifeMethods } from '../../lib/api/life-methods.js';
import { Pipeline } from '../../lib/api/pipeline.js';
import { Redis } from '../../lib/api/redis.js';
import { Subscription } from '../../lib/api/subscription.js';
import { SubscriptionMethods } from '../../lib/api/subscription-methods.js';
import { Commands } from '../../lib/commands/index.js';
import {
  ArgumentError,
  cluster,
  createClient,
  defineScript,
  endpoints,
  OptionsError,
  replication,
  sentinel,
  single,
} from '../../lib/index.js';
import { refusalOf } from '../support/refusal.js';
import { forEachTopology } from '../support/topologies.js';

/** What may stand in a wrong place. */
const BAD = { undefined, null: null, number: 7, text: 'text', object: {} } as const;
type Bad = keyof typeof BAD;

/** A place of a call: a value that fits, and what of the bad values does, too. */
interface Place {
  readonly fits: unknown;
  readonly takes: readonly Bad[];
  /** It takes options: an unknown one is tried. */
  readonly named: boolean;
}

interface Call {
  readonly places: readonly Place[];
  /** It takes any number of words. */
  readonly open?: true;
  /** It returns at once, and may throw. */
  readonly sync?: true;
}

const place = (fits: unknown, ...takes: readonly Bad[]): Place => ({ fits, takes, named: false });
const optionsPlace: Place = { fits: {}, takes: ['undefined', 'object'], named: true };
const some = async (): Promise<void> => {};
const fn = place(some);
const key = place('k', 'text', 'number');
const node = place('127.0.0.1:1', 'text');
const nothing: Call = { places: [] };
const atOnce: Call = { places: [], sync: true };
/** `call`: the name is known, so that what is not refused is sent. */
const words: Call = { places: [place('ECHO', 'text'), place('a', 'text', 'number')], open: true };
const listen: Call = { places: [place('c', 'text'), fn, optionsPlace] };
const iterate: Call = { places: [place('c', 'text'), optionsPlace] };
const event: Call = { places: [place('ready'), fn], sync: true };
const scan: Call = { places: [key, optionsPlace] };
const noName: Call = { places: [place('none')], sync: true };

/** Every method that is no command, by its class. */
const CALLS: Readonly<Record<string, Readonly<Record<string, Call>>>> = {
  SubscriptionMethods: {
    subscribe: listen,
    psubscribe: listen,
    ssubscribe: listen,
    messages: iterate,
    pmessages: iterate,
    smessages: iterate,
    keyspaceEvents: {
      places: [{ fits: {}, takes: ['object'], named: true }, { ...place(some, 'undefined', 'object'), named: true }, optionsPlace],
    },
  },
  LifeMethods: {
    connect: nothing,
    setName: { places: [place('name', 'null', 'text')] },
    reauthenticate: nothing,
    close: nothing,
    destroy: atOnce,
    on: event,
    once: event,
    off: event,
  },
  Redis: {
    call: words,
    explain: { ...words, sync: true },
    with: { places: [{ fits: {}, takes: ['object'], named: true }], sync: true },
    domain: noName,
    session: atOnce,
    dedicated: { places: [optionsPlace], sync: true },
    duplicate: { places: [optionsPlace], sync: true },
    group: { places: [place('other'), place({})], sync: true },
    memberOf: { places: [key], sync: true },
    member: noName,
    setMembers: { places: [place({})], sync: true },
    pipeline: nothing,
    multi: nothing,
    watch: { places: [key, fn, optionsPlace] },
    stream: { places: [place([1]), fn, optionsPlace] },
    scanKeys: { places: [optionsPlace] },
    scanHash: scan,
    scanSet: scan,
    scanSortedSet: scan,
    lease: { places: [fn, optionsPlace] },
    stats: atOnce,
  },
  Pipeline: { call: words, exec: { places: [optionsPlace] } },
  Leased: { call: words },
  Dedicated: { call: words, connect: nothing, close: nothing, destroy: atOnce, on: event, once: event, off: event },
  Watched: { call: words, multi: atOnce },
  Subscription: { unsubscribe: nothing },
  MessageStream: { ready: nothing },
  ClusterAdmin: {
    read: nothing,
    check: nothing,
    report: { places: [optionsPlace] },
    planCreate: { places: [optionsPlace] },
    planAddNode: { places: [node, optionsPlace] },
    planDelNode: { places: [node] },
    planForget: { places: [node] },
    planFailover: { places: [node, optionsPlace] },
    planReplicate: { places: [node, node] },
    examine: nothing,
    planReshard: { places: [{ fits: { from: 'all', to: 'a', slots: 1 }, takes: [], named: true }] },
    planRebalance: { places: [optionsPlace] },
    planFix: { places: [optionsPlace] },
    run: { places: [place({ title: '', steps: [], notes: [] }), optionsPlace] },
    info: { places: [place({ host: '127.0.0.1', port: 1 }), place('server', 'text')] },
    close: atOnce,
  },
  ReplicationAdmin: {
    read: nothing,
    check: nothing,
    report: { places: [optionsPlace] },
    planFailover: { places: [{ ...node, takes: [...node.takes, 'undefined'] }, optionsPlace] },
    run: { places: [place({ title: '', steps: [], notes: [], request: { replica: 'a:1' } }), optionsPlace] },
    close: atOnce,
  },
  SentinelAdmin: {
    read: nothing,
    check: nothing,
    report: { places: [optionsPlace] },
    ckquorum: nothing,
    planFailover: { places: [optionsPlace] },
    planReset: nothing,
    planRemove: nothing,
    planSet: { places: [place({ quorum: '2' })] },
    planMonitor: { places: [node, optionsPlace] },
    run: { places: [place({ title: '', group: 'g', steps: [], notes: [], request: { command: 'reset' } }), optionsPlace] },
    close: atOnce,
  },
};

/** The classes a user meets. Commands, those of a lease included, have signatures of their own, and a test for them. */
const CLASSES = [
  Redis,
  LifeMethods,
  SubscriptionMethods,
  Pipeline,
  Leased,
  Dedicated,
  Watched,
  Subscription,
  ClusterAdmin,
  ReplicationAdmin,
  SentinelAdmin,
] as const;
const COMMANDS: readonly object[] = [Commands.prototype, LeasedCommands.prototype];

/** The public methods of a class, without those of `Commands`. Protected ones are the classes' own affair. */
function methodsOf({ prototype }: { readonly prototype: object }): string[] {
  const own = COMMANDS.some((above) => Object.prototype.isPrototypeOf.call(above, prototype))
    ? ['constructor', 'run', 'refuse']
    : ['constructor'];
  return Object.entries(Object.getOwnPropertyDescriptors(prototype)).flatMap(([name, { value }]) =>
    typeof value === 'function' && !own.includes(name) ? [name] : [],
  );
}

/** A call that is to be refused, in words, with its arguments. */
type Attempt = readonly [what: string, args: readonly unknown[]];

function withArgument(args: readonly unknown[], at: number, given: unknown): unknown[] {
  return args.map((arg, index) => (index === at ? given : arg));
}

function attemptsOf(name: string, { places, open }: Call): Attempt[] {
  const fitting = places.map(({ fits }) => fits);
  const attempts: Attempt[] = [];
  for (const [at, { takes, named, fits }] of places.entries()) {
    for (const bad of Object.keys(BAD) as Bad[]) {
      if (!takes.includes(bad)) attempts.push([`${name} with ${bad} for argument ${at + 1}`, withArgument(fitting, at, BAD[bad])]);
    }
    const unknown = { ...(typeof fits === 'object' ? fits : {}), nope: undefined };
    if (named) attempts.push([`${name} with an unknown option in argument ${at + 1}`, withArgument(fitting, at, unknown)]);
  }
  if (open === undefined) attempts.push([`${name} with one argument too many`, [...fitting, 'surplus']]);
  return attempts;
}

/** Tries all attempts of a class on one of its objects. Returns those that were not refused as they should be. */
async function failuresOf(target: object, calls: Readonly<Record<string, Call>>): Promise<string[]> {
  const failures: string[] = [];
  for (const [name, call] of Object.entries(calls)) {
    for (const [what, args] of attemptsOf(name, call)) {
      const method = Reflect.get(target, name) as (...given: readonly unknown[]) => unknown;
      const refused = await refusalOf(() => method.apply(target, [...args]));
      if (refused === null) failures.push(`${what}: succeeded`);
      else if (!(refused.error instanceof ArgumentError || refused.error instanceof OptionsError)) {
        failures.push(`${what}: ${String(refused.error)}`);
      } else if (refused.how === 'throws' && call.sync !== true) failures.push(`${what}: thrown at once`);
      else if (refused.error.executed !== 'no') failures.push(`${what}: executed ${refused.error.executed}`);
    }
  }
  return failures;
}

const callsOf = (name: string): Readonly<Record<string, Call>> => CALLS[name] ?? assert.fail(`no calls of ${name}`);

describe('the methods that are no commands', () => {
  it('are all in the list of calls that are tried', () => {
    for (const owner of CLASSES) assert.deepEqual(methodsOf(owner).sort(), Object.keys(callsOf(owner.name)).sort(), owner.name);
  });

  it('belong to classes that are in the list, or to commands', () => {
    for (const owner of CLASSES) {
      for (let above: object | null = Object.getPrototypeOf(owner.prototype); above !== null; above = Object.getPrototypeOf(above)) {
        if (COMMANDS.includes(above) || above === Object.prototype) break;
        assert.ok(
          CLASSES.some(({ prototype }) => prototype === above),
          `${owner.name} inherits from a class that is not in the list`,
        );
      }
    }
  });

  it('and the exported functions are refused by a throw', async () => {
    const seeds = place('a:1', 'text');
    const failures = await failuresOf(
      { createClient, single, replication, cluster, sentinel, endpoints, defineScript },
      {
        createClient: { places: [{ fits: {}, takes: ['undefined', 'object'], named: true }], sync: true },
        single: { places: [seeds], sync: true },
        replication: { places: [seeds], sync: true },
        cluster: { places: [seeds], sync: true },
        sentinel: { places: [seeds, place('main', 'text'), optionsPlace], sync: true },
        endpoints: { places: [place('a:1', 'text'), optionsPlace], sync: true },
        defineScript: { places: [{ fits: { lua: 'return 1' }, takes: [], named: true }], sync: true },
      },
    );
    assert.deepEqual(failures, []);
  });

  it('of ClusterAdmin are refused before a node is asked', async () => {
    await using admin = new ClusterAdmin({ nodes: ['127.0.0.1:1'] });
    assert.deepEqual(await failuresOf(admin, callsOf('ClusterAdmin')), []);
    for (const bad of [...Object.values(BAD), { nodes: ['a:1'], reads: 'replica' }, { nodes: ['a:1'], password: 5 }]) {
      assert.throws(() => new ClusterAdmin(bad as never), OptionsError);
    }
  });

  it('of ReplicationAdmin are refused before a server is asked', async () => {
    await using admin = new ReplicationAdmin({ nodes: ['127.0.0.1:1'] });
    assert.deepEqual(await failuresOf(admin, callsOf('ReplicationAdmin')), []);
    for (const bad of [...Object.values(BAD), { nodes: ['a:1'], reads: 'replica' }, { nodes: ['a:1'], password: 5 }]) {
      assert.throws(() => new ReplicationAdmin(bad as never), OptionsError);
    }
  });

  it('of SentinelAdmin are refused before a server is asked', async () => {
    await using admin = new SentinelAdmin({ nodes: ['127.0.0.1:1'], name: 'group' });
    assert.deepEqual(await failuresOf(admin, callsOf('SentinelAdmin')), []);
    for (const bad of [...Object.values(BAD), { nodes: ['a:1'], name: '' }, { nodes: ['a:1'], sentinel: { password: 5 } }]) {
      assert.throws(() => new SentinelAdmin(bad as never), OptionsError);
    }
  });
});

forEachTopology(
  (t) => {
    it('refuses every call with a wrong argument, an unknown option or one argument too many, and goes on', async () => {
      await using redis = createClient({ topology: t.createOptions(), timeoutMs: 5_000 });
      await redis.connect();
      const failures: string[] = [];
      for (const name of ['Redis', 'LifeMethods', 'SubscriptionMethods']) failures.push(...(await failuresOf(redis, callsOf(name))));
      failures.push(...(await failuresOf(redis.with({ buffers: true }), callsOf('SubscriptionMethods'))));
      for (const batch of [() => redis.pipeline(), () => redis.multi()]) {
        for (const name of ['call', 'exec'] as const)
          failures.push(...(await failuresOf(batch(), { [name]: callsOf('Pipeline')[name] as Call })));
      }
      await redis.lease(async (one) => failures.push(...(await failuresOf(one, callsOf('Leased')))));
      await redis.watch('k', async (tx) => failures.push(...(await failuresOf(tx, callsOf('Watched')))));
      await using dedicated = redis.dedicated({ key: 'k' });
      failures.push(...(await failuresOf(dedicated, callsOf('Dedicated'))));
      await using subscription = await redis.subscribe('c', some);
      failures.push(...(await failuresOf(subscription, callsOf('Subscription'))));
      await using messages = redis.messages('c');
      failures.push(...(await failuresOf(messages, callsOf('MessageStream'))));
      assert.deepEqual(failures, []);
      assert.equal(subscription.live, true);
      const { commands, waiting, nodes } = redis.stats();
      assert.deepEqual([commands, waiting], [0, 0]);
      assert.ok(nodes.every(({ exclusiveConnections }) => exclusiveConnections <= 1));
      assert.equal(await redis.set('k', 'v'), 'OK');
    });
  },
  ['single', 'cluster'],
);
