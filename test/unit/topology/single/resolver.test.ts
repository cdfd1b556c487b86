import assert from 'node:assert/strict';
import { single } from '../../../../lib/options/topology.js';
import { describeTopology } from '../describe-topology.js';
import { type ResolverCase, testFirstProbe, useFakeTimers } from '../resolver-cases.js';
import { DATA_SERVER, HUNG, NOPERM, REPLICA_SERVER, ScriptedServers, SENTINEL_SERVER, wrongPassword } from '../scripted-servers.js';

const SINGLE = single('redis://127.0.0.1:7000');

const CASES: readonly ResolverCase[] = [
  { name: 'a primary', topology: SINGLE, servers: { 7000: DATA_SERVER }, expected: ['7000'] },
  { name: 'a replica, for reads of every kind', topology: SINGLE, servers: { 7000: REPLICA_SERVER }, expected: ['7000(r) < 7000'] },
  {
    name: 'a server whose ACL allows nothing',
    topology: SINGLE,
    servers: { 7000: { HELLO: NOPERM, ROLE: NOPERM } },
    expected: ['7000'],
  },
  {
    name: 'a server before 6.0',
    topology: SINGLE,
    servers: { 7000: { 'INFO server': 'redis_mode:standalone', ROLE: ['master', 1, []] } },
    expected: ['7000'],
  },
  {
    name: 'a sentinel',
    topology: SINGLE,
    servers: { 7000: SENTINEL_SERVER },
    expected: { code: 'ERR_IS_A_SENTINEL', message: /use sentinel\(/ },
  },
  {
    name: 'a cluster node without HELLO',
    topology: SINGLE,
    servers: { 7000: { 'INFO server': 'server_mode:cluster' } },
    expected: { code: 'ERR_IS_A_CLUSTER', message: /use cluster\(/ },
  },
  { name: 'no server', topology: SINGLE, servers: {}, expected: { code: 'ERR_PRIMARY_UNREACHABLE', asked: ['127.0.0.1:7000'] } },
  {
    name: 'a hung server',
    topology: SINGLE,
    servers: { 7000: HUNG },
    expected: { code: 'ERR_PRIMARY_UNREACHABLE', message: /no reply/ },
  },
  { name: 'a wrong password', topology: SINGLE, servers: { 7000: wrongPassword('127.0.0.1:7000') }, expected: { code: 'ERR_AUTH' } },
];

describe('SingleResolver', () => {
  const time = useFakeTimers();
  testFirstProbe(CASES, time);

  it('asks a fixed address that is a replica once more, on a connection that leads where the address leads now', async () => {
    const servers = new ScriptedServers({ 7000: REPLICA_SERVER });
    servers.onForget = () => {
      servers.servers = { 7000: DATA_SERVER };
    };
    const replicas: string[] = [];
    const found = await servers.resolver({ topology: SINGLE }).probe(null, undefined, (key) => replicas.push(key));
    assert.deepEqual(describeTopology(found), ['7000']);
    assert.deepEqual([servers.forgotten, replicas], [['127.0.0.1:7000'], ['127.0.0.1:7000']]);
  });
});
