import assert from 'node:assert/strict';
import { drawPlan } from '../../planning/draw-plan.js';
import type { DeploymentPlan, EndpointsPlan } from '../../topologies/deployment.js';
import { deployEndpoints } from '../../topologies/endpoints.js';
import { World } from '../../world.js';
import { Speaker } from '../speaker.js';

const PROXY = '10.0.2.1:22121';

/** A world with a proxy in front of two servers, and a connection to it. What a nutcracker 0.5.0 does was seen; test/functional/proxies.test.ts asks one. */
class Behind {
  readonly world = new World(1);
  readonly deployment;
  readonly speaker: Speaker;

  constructor(proxy: EndpointsPlan['proxy']) {
    const { deployment } = drawPlan(1, { kind: 'endpoints' });
    const endpoints: EndpointsPlan = { proxy, proxies: 1, list: 'fixed', servers: 2, options: {}, timeoutMs: 400, endsSessions: false };
    const plan: DeploymentPlan = { ...deployment, product: 'redis', version: '7.0.15', replicas: 0, hasTls: false, endpoints };
    this.deployment = deployEndpoints(this.world, plan);
    this.deployment.start();
    this.speaker = new Speaker(this.world.network, PROXY);
    // `0` is on the first server, `1` on the second.
    this.ask('MSET', '{b}', '0', '{a}', '1');
  }

  ask(...words: readonly string[]): string {
    return this.speaker.ask(words);
  }
}

describe('a proxy that spreads keys', () => {
  const cases: readonly (readonly [words: string, reply: string])[] = [
    ['PING', '+PONG\r\n'],
    ['GET {a}', '$1\r\n1\r\n'],
    ['MGET {a} {b} none {a}', '*4\r\n$1\r\n1\r\n$1\r\n0\r\n$-1\r\n$1\r\n1\r\n'],
    ['DEL {a} {b} none', ':2\r\n'],
    ['LLEN {a}', '-WRONGTYPE Operation against a key holding the wrong kind of value\r\n'],
  ];
  for (const [words, reply] of cases) {
    it(`answers ${words}`, () => assert.equal(new Behind('twemproxy').ask(...words.split(' ')), reply));
  }

  it('has the keys on several servers', () => {
    const { deployment } = new Behind('twemproxy');
    assert.deepEqual(
      deployment.servers.map(({ keyspace }) => keyspace.database(0).values.size),
      [1, 1],
    );
  });

  it('answers in the order of the commands, also where one server hangs', () => {
    const behind = new Behind('twemproxy');
    behind.deployment.servers.find(({ keyspace }) => keyspace.database(0).has('{a}'))?.stop();
    behind.speaker.send('GET', '{a}');
    assert.equal(behind.ask('GET', '{b}'), '');
    assert.equal(behind.speaker.ask(['PING'], 500), '-ERR Connection timed out\r\n$1\r\n0\r\n+PONG\r\n');
  });

  it('says what has become of a server: one that is killed, and one that is away', () => {
    const behind = new Behind('twemproxy');
    const server = behind.deployment.servers.find(({ keyspace }) => keyspace.database(0).has('{a}'));
    server?.stop();
    behind.ask('GET', '{a}');
    server?.kill();
    assert.match(behind.ask('PING'), /^-ERR (?:unknown|Connection reset by peer)\r\n\+PONG\r\n$/);
    assert.equal(behind.ask('GET', '{a}'), '-ERR Connection refused\r\n');
    assert.equal(behind.ask('MSET', '{a}', '2', '{b}', '2'), '-ERR Connection refused\r\n');
    assert.equal(behind.ask('GET', '{b}'), '$1\r\n2\r\n', 'the other part has run');
  });

  it('cannot read OOM, LOADING and BUSY, as nutcracker 0.5.0', () => {
    const behind = new Behind('twemproxy');
    for (const server of behind.deployment.servers) server.isOutOfMemory = true;
    assert.equal(behind.ask('SET', '{a}', '3'), '-ERR Invalid argument\r\n');
    assert.equal(behind.ask('GET', '{a}'), '$1\r\n1\r\n');
  });

  it('closes at what it does not know, or refuses it', () => {
    const [closing, refusing] = [new Behind('twemproxy'), new Behind('plain')];
    closing.ask('HELLO', '3');
    assert.ok(closing.speaker.isEnded);
    assert.equal(refusing.ask('HELLO', '3'), "-ERR unknown command 'HELLO'\r\n");
  });
});
