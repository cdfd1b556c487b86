import { describeHandoverStep } from '../../replication/plan-handover.js';
import type { ReplicationAdmin } from '../../replication/replication-admin.js';
import type { HandoverOutcome } from '../../replication/run-handover.js';
import { carryOutGroup } from '../carry-out-group.js';
import type { Command, CommandContext, CommandResult, OptionHelps } from '../command.js';
import { PLANNED } from '../common-options.js';
import { EXIT } from '../exit-code.js';
import { integerOption } from '../option-values.js';
import { reachTarget } from '../target-words.js';
import { UsageError } from '../usage-error.js';

export const HANDOVER: OptionHelps = {
  timeout: { value: 'MS', what: 'how long writes may be held until the replica has all of them (5000)' },
  force: { what: 'hand over after that time with writes missing, which are lost' },
  'no-rewrite': { what: 'leave the configuration files as they are' },
};

/** Hands over to a replica; undefined: to the best one. */
export async function failOverReplication(
  context: CommandContext,
  admin: ReplicationAdmin,
  replica: string | undefined,
): Promise<CommandResult> {
  const { options } = context;
  const timeoutMs = integerOption(options, 'timeout', 1);
  const more = { force: options.force === true, rewrite: options['no-rewrite'] !== true };
  const plan = await admin.planFailover(replica, { ...more, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
  return await carryOutGroup(context, {
    plan,
    describe: describeHandoverStep,
    run: (run) => admin.run(plan, run),
    told,
    onStop: 'stopping: a handover that waits for the replica is called back, one that has begun is finished',
  });
}

function told({ status, primary, following, missing }: HandoverOutcome): Pick<CommandResult, 'text'> & { code: CommandResult['code'] } {
  const lost = missing.map(({ name, reason }) => `${name} does not follow: ${reason}\n`).join('');
  const text = `${status}: ${primary} is the primary${following.length === 0 ? '' : `, followed by ${following.join(', ')}`}\n${lost}`;
  return { code: status === 'stopped' ? EXIT.stopped : missing.length > 0 ? EXIT.failed : EXIT.ok, text };
}

export const failover: Command = {
  name: 'replication failover',
  usage: 'HOST:PORT [REPLICA]',
  what: 'Hands over to a replica without losing writes, by FAILOVER (Redis 6.2).',
  options: { ...HANDOVER, ...PLANNED },
  words: [1, 2],
  async run(context) {
    const [target = '', replica] = context.words;
    const { admin } = await reachTarget(context, [target], 'replication');
    if (admin.kind !== 'replication') throw new UsageError('expected a primary or a replica');
    return await failOverReplication(context, admin, replica);
  },
};
