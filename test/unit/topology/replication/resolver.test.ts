import assert from 'node:assert/strict';
import { replication } from '../../../../lib/options/topology.js';
import type { Captured } from '../captured-replies.js';
import { describeTopology } from '../describe-topology.js';
import { type ResolverCase, testFirstProbe, useFakeTimers } from '../resolver-cases.js';
import { HUNG, type Script, ScriptedServers, wrongPassword } from '../scripted-servers.js';

const member = (role: Captured, ...info: readonly string[]): Script => ({
  ROLE: role,
  'INFO replication': info.join('\r\n'),
  'INFO server': 'redis_mode:standalone',
});
const PRIMARY = member(['master', 5, []], 'role:master', 'slave0:ip=127.0.0.1,port=7001,state=online,offset=5,lag=0');
const REPLICA = member(
  ['slave', '127.0.0.1', 7000, 'connected', 5],
  'role:slave',
  'master_host:127.0.0.1',
  'master_port:7000',
  'master_link_status:up',
);

const GROUP = replication(['redis://127.0.0.1:7000', 'redis://127.0.0.1:7001']);

const CASES: readonly ResolverCase[] = [
  { name: 'a group from its primary', topology: GROUP, servers: { 7000: PRIMARY, 7001: REPLICA }, expected: ['7000 < 7001'] },
  {
    name: 'a group from its replica alone',
    topology: replication(['redis://127.0.0.1:7001']),
    servers: { 7000: PRIMARY, 7001: REPLICA },
    expected: ['7000 < 7001'],
  },
  { name: 'a group with a dead replica', topology: GROUP, servers: { 7000: PRIMARY }, expected: ['7000 < 7001!'] },
  { name: 'a group with a hung replica', topology: GROUP, servers: { 7000: PRIMARY, 7001: HUNG }, expected: ['7000 < 7001'] },
  {
    name: 'a group with a dead primary',
    topology: GROUP,
    servers: { 7001: REPLICA },
    expected: ['7000 < 7001'],
    problem: 'ERR_PRIMARY_UNREACHABLE',
  },
  {
    name: 'a split group',
    topology: GROUP,
    servers: { 7000: PRIMARY, 7001: member(['master', 5, []], 'role:master') },
    expected: ['-'],
    problem: 'ERR_SPLIT_GROUP',
  },
  {
    name: 'no member at all',
    topology: GROUP,
    servers: {},
    expected: { code: 'ERR_NO_SEED_REACHABLE', asked: ['127.0.0.1:7000', '127.0.0.1:7001'] },
  },
  {
    name: 'cluster nodes instead of members',
    topology: GROUP,
    servers: { 7000: { ROLE: ['master', 1, []], 'INFO server': 'redis_mode:cluster' } },
    expected: { code: 'ERR_IS_A_CLUSTER' },
  },
  {
    name: 'members that refuse the password',
    topology: GROUP,
    servers: { 7000: wrongPassword('127.0.0.1:7000'), 7001: wrongPassword('127.0.0.1:7001') },
    expected: { code: 'ERR_AUTH' },
  },
];

describe('ReplicationResolver', () => {
  const time = useFakeTimers();
  testFirstProbe(CASES, time);

  it('tells at once who says that it is a replica, whoever else is waited for', async () => {
    const replicas: string[] = [];
    const servers = new ScriptedServers({ 7000: HUNG, 7001: REPLICA });
    const probe = servers.resolver({ topology: GROUP }).probe(null, undefined, (key) => replicas.push(key));
    await time().tickAsync(0);
    assert.deepEqual(replicas, ['127.0.0.1:7001']);
    await time().tickAsync(60_000);
    await probe;
  });

  it('names both primaries of a split group', async () => {
    const servers = new ScriptedServers({ 7000: PRIMARY, 7001: member(['master', 5, []], 'role:master') });
    assert.match((await servers.probe(GROUP)).problem?.message ?? '', /127\.0\.0\.1:7000 and 127\.0\.0\.1:7001/);
  });

  it('leaves out a node whose address the function in addressMap cannot map, and tells of it', async () => {
    const servers = new ScriptedServers({ 7000: PRIMARY, 7001: REPLICA });
    const addressMap = (address: string): string | undefined => {
      if (address === '127.0.0.1:7001') throw new Error('not in the table');
      return undefined;
    };
    const found = await servers.probe(replication(['redis://127.0.0.1:7000']), null, { addressMap });
    assert.deepEqual(describeTopology(found), ['7000']);
  });
});
