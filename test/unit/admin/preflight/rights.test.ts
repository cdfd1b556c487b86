import assert from 'node:assert/strict';
import { planAddNode, planDelNode, planFailover } from '../../../../lib/admin/plans/membership.js';
import { planReshard } from '../../../../lib/admin/plans/reshard.js';
import type { Plan } from '../../../../lib/admin/plans/steps.js';
import { type Finding, withFindings } from '../../../../lib/admin/preflight/finding.js';
import { checkRights, needsOfPlan } from '../../../../lib/admin/preflight/rights.js';
import { ReplyError } from '../../../../lib/errors.js';
import type { Arg, Raw } from '../../../../lib/protocol/command-spec.js';
import { threeShards, unjoinedServer } from '../cluster-states.js';
import { textsOf } from './told.js';

const reshard = (): Plan => planReshard(threeShards(), { from: ['10.0.0.1:7001'], to: '10.0.0.1:7002', slots: 3 });

describe('the commands of a plan', () => {
  const cases: readonly (readonly [name: string, plan: Plan, expected: readonly string[]])[] = [
    [
      'of reshard',
      reshard(),
      [
        '7001 CLUSTER SETSLOT',
        '7001 CLUSTER GETKEYSINSLOT',
        '7001 MIGRATE 10.0.0.1',
        '7002 CLUSTER SETSLOT',
        '7002 SELECT 0',
        '7002 RESTORE-ASKING key',
      ],
    ],
    [
      'of add-node',
      planAddNode(threeShards(), unjoinedServer({ id: 7007 }), '10.0.0.1:7001'),
      ['7001 CLUSTER MEET', '7007 CLUSTER REPLICATE'],
    ],
    [
      'of add-node for a primary',
      planAddNode(threeShards(), unjoinedServer({ id: 7007 }), null),
      ['7001 FUNCTION DUMP', '7007 FUNCTION RESTORE', '7001 CLUSTER MEET'],
    ],
    [
      'of del-node',
      planDelNode(threeShards(), '10.0.0.1:7004'),
      [
        '7001 CLUSTER FORGET',
        '7002 CLUSTER FORGET',
        '7003 CLUSTER FORGET',
        '7005 CLUSTER FORGET',
        '7006 CLUSTER FORGET',
        '7004 CLUSTER RESET',
      ],
    ],
    ['of failover', planFailover(threeShards(), '10.0.0.1:7004', 'coordinated'), ['7004 CLUSTER FAILOVER', '7004 ROLE']],
  ];
  for (const [name, plan, expected] of cases) {
    it(name, () => {
      const needs = needsOfPlan(plan, { keysOf: () => [], isAtomic: () => false }).map(
        ({ node, words }) => `${node.name.split(':')[1]} ${words.slice(0, 2).join(' ').trim()}`,
      );
      assert.deepEqual(needs, expected);
    });
  }

  it('are none where servers move slots by themselves', () => {
    assert.deepEqual(needsOfPlan(reshard(), { keysOf: () => [], isAtomic: ({ do: kind }) => kind === 'moveSlots' }), []);
  });

  it('name the keys that are there, because rights may depend on them', () => {
    const keys = [Buffer.from('a'), Buffer.from('b')];
    const needs = needsOfPlan(reshard(), { keysOf: () => keys, isAtomic: () => false }).filter(
      ({ words }) => words[0] === 'MIGRATE' || words[0] === 'RESTORE-ASKING',
    );
    assert.deepEqual(
      needs.flatMap(({ words }) => words.filter((word) => Buffer.isBuffer(word)).map(String)),
      ['a', 'b', 'a', 'b'],
    );
  });
});

describe('the rights to them', () => {
  const run = (command: string): string => `This user has no permissions to run the '${command}' command`;
  const ask = (answer: (port: number, words: readonly Arg[]) => Raw | Error, keys: readonly Buffer[] = []): Promise<Finding[]> =>
    checkRights(
      {
        send: (address, words) => {
          const reply = answer('port' in address ? address.port : 0, words);
          return reply instanceof Error ? Promise.reject(reply) : Promise.resolve(reply);
        },
      },
      needsOfPlan(reshard(), { keysOf: () => keys, isAtomic: () => false }),
    );
  const whoAmI = (name: string, dryRun: (port: number, command: string) => Raw | Error) => (port: number, words: readonly Arg[]) =>
    words[1] === 'WHOAMI' ? name : dryRun(port, String(words[3]));

  it('suffice where all is allowed', async () => {
    assert.deepEqual(await ask(whoAmI('default', () => 'OK')), []);
  });

  it('are missing at a node, for a user, with what mends it', async () => {
    const missing = await ask(
      whoAmI('ops', (port, command) => (port === 7002 && command !== 'CLUSTER' ? run(command.toLowerCase()) : 'OK')),
    );
    assert.deepEqual(textsOf(missing), [
      'refused: user ops may not send 10.0.0.1:7002 SELECT (to receive keys: MIGRATE selects their database), RESTORE-ASKING (to receive keys: MIGRATE sends it): allow it there with ACL SETUSER ops +select +restore-asking',
    ]);
  });

  it('of subcommands are named as ACL rules name them', async () => {
    const missing = await ask(whoAmI('ops', (port, command) => (port === 7001 && command === 'CLUSTER' ? run('cluster|setslot') : 'OK')));
    assert.match(textsOf(missing).join(), /ACL SETUSER ops \+cluster\|setslot \+cluster\|getkeysinslot/);
  });

  it('to keys count where the keys are there, and not of a key that we made up', async () => {
    const noKey = "This user has no permissions to access the 'x' key";
    const answer = whoAmI('ops', (_, command) => (command === 'MIGRATE' ? noKey : 'OK'));
    assert.deepEqual(await ask(answer), []);
    assert.match(
      textsOf(await ask(answer, [Buffer.from('x')])).join(),
      /refused: .* MIGRATE with all keys .*'x' key.* ACL SETUSER ops ~\*/,
    );
  });

  it('are not known where they may not be asked, which is told', async () => {
    const noPerm = new ReplyError('NOPERM', "NOPERM this user has no permissions to run the 'acl|dryrun' command");
    assert.deepEqual(textsOf(await ask(whoAmI('ops', (port) => (port === 7001 ? noPerm : 'OK')))), [
      'note: whether the rights at 10.0.0.1:7001 suffice is not known: ACL DRYRUN is not allowed',
    ]);
  });

  it('to commands that a server has not are left to it', async () => {
    const unknown = new ReplyError('ERR', "ERR Command 'restore-asking' not found");
    assert.deepEqual(await ask(whoAmI('ops', (_, command) => (command === 'RESTORE-ASKING' ? unknown : 'OK'))), []);
  });

  it('are asked of servers that know ACL DRYRUN', async () => {
    const unknown = new ReplyError('ERR', "ERR unknown subcommand 'DRYRUN'. Try ACL HELP.");
    assert.match(textsOf(await ask(whoAmI('default', () => unknown))).join(), /^note: whether the rights at .*7001, .*7002 suffice/);
  });
});

describe('what was found before a plan', () => {
  const plan: Plan = { title: 't', steps: [], notes: ['old'] };

  it('becomes its notes, each once', () => {
    const note = { refuses: false, text: 'new' };
    assert.deepEqual(withFindings(plan, [note, note, { refuses: false, text: 'old' }]).notes, ['old', 'new']);
  });

  it('refuses it with all that is in the way', () => {
    const found = ['a', 'b', 'a'].map((text) => ({ refuses: true, text }));
    assert.throws(() => withFindings(plan, [...found, { refuses: false, text: 'c' }]), /^AdminError: a; b\. Nothing was done$/);
  });
});
