import type { SentinelOutcome } from '../../sentinel/run-steps.js';
import type { SentinelAdmin } from '../../sentinel/sentinel-admin.js';
import { describeSentinelStep, type GroupSettings, type SentinelPlan } from '../../sentinel/steps.js';
import { carryOutGroup } from '../carry-out-group.js';
import type { Command, CommandContext, CommandResult, OptionHelps } from '../command.js';
import { PLANNED } from '../common-options.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { integerOption, textOption } from '../option-values.js';
import { reachTarget, SENTINELS } from '../target-words.js';
import { UsageError } from '../usage-error.js';

const SERVERS = 'SENTINEL:PORT, or redis+sentinel://HOST,HOST/GROUP';
const SECRETS: OptionHelps = {
  'auth-pass': { value: 'SECRET', what: 'password of the data servers; better in SLOTWISE_AUTH_PASS' },
};

/** Carries out a plan for a group of sentinels. */
export async function carryOutSentinel(context: CommandContext, admin: SentinelAdmin, plan: SentinelPlan): Promise<CommandResult> {
  return await carryOutGroup(context, {
    plan,
    describe: describeSentinelStep,
    run: (run) => admin.run(plan, run),
    told,
    onStop: 'stopping: nothing more is begun',
  });
}

function told({ status, primary, results, left }: SentinelOutcome): { readonly code: ExitCode; readonly text: string } {
  const problems = results.flatMap(({ step, problem }) => (problem === null ? [] : [`could not ${step}: ${problem}\n`]));
  const more = primary === null ? '' : `: ${primary} is the primary`;
  const rest = left.length === 0 ? '' : `not begun: ${left.map(describeSentinelStep).join('; ')}\n`;
  const code = status === 'done' ? EXIT.ok : status === 'stopped' ? EXIT.stopped : EXIT.failed;
  return { code, text: `${status}${more}\n${problems.join('')}${rest}` };
}

async function sentinelOf(context: CommandContext, words: readonly string[]): Promise<SentinelAdmin> {
  const { admin } = await reachTarget(context, words, 'sentinel');
  if (admin.kind !== 'sentinel') throw new UsageError(`expected ${SERVERS}`);
  return admin;
}

/** `down-after-milliseconds=5000 quorum=2` */
function settingsOf({ options, process }: CommandContext, words: readonly string[]): GroupSettings {
  const pairs = words.map((word): [name: string, value: string] => {
    const at = word.indexOf('=');
    if (at < 1) throw new UsageError('expected SETTING=VALUE, as in down-after-milliseconds=5000');
    return [word.slice(0, at), word.slice(at + 1)];
  });
  const password = textOption(options['auth-pass']) ?? process.env.SLOTWISE_AUTH_PASS;
  return Object.fromEntries([...pairs, ...(password === undefined || password === '' ? [] : [['auth-pass', password] as const])]);
}

const isSetting = (word: string): boolean => /^[a-z-]+=/.test(word);

export const ckquorum: Command = {
  name: 'sentinel ckquorum',
  usage: SERVERS,
  what: 'Whether a failover could be decided on, as each Sentinel judges. Exit code 1 if not.',
  options: SENTINELS,
  words: [1, 100],
  async run(context) {
    const answers = await (await sentinelOf(context, context.words)).ckquorum();
    const ok = answers.every((answer) => answer.ok);
    const text = answers.map(({ sentinel, text: said }) => `${sentinel}: ${said}\n`).join('');
    return { code: ok ? EXIT.ok : EXIT.problems, text, json: { ok, answers } };
  },
};

export const failover: Command = {
  name: 'sentinel failover',
  usage: SERVERS,
  what: 'Has the Sentinels promote a replica, and waits until all name it.',
  options: {
    coordinated: { what: 'the primary hands over its writes first (Valkey 9: default)' },
    uncoordinated: { what: 'do not wait for the replica: writes of the last moment are lost' },
    ...SENTINELS,
    ...PLANNED,
  },
  words: [1, 100],
  async run(context) {
    return await failOverSentinel(context, await sentinelOf(context, context.words));
  },
};

/** Has the sentinels of a group promote a replica. */
export async function failOverSentinel(context: CommandContext, admin: SentinelAdmin): Promise<CommandResult> {
  const { coordinated, uncoordinated } = context.options;
  if (coordinated === true && uncoordinated === true) throw new UsageError('--coordinated and --uncoordinated exclude each other');
  const mode = coordinated === true ? { coordinated: true } : uncoordinated === true ? { coordinated: false } : {};
  return await carryOutSentinel(context, admin, await admin.planFailover(mode));
}

export const reset: Command = {
  name: 'sentinel reset',
  usage: SERVERS,
  what: 'Has the Sentinels forget Sentinels and replicas that are gone, one after the other.',
  options: { ...SENTINELS, ...PLANNED },
  words: [1, 100],
  async run(context) {
    const admin = await sentinelOf(context, context.words);
    return await carryOutSentinel(context, admin, await admin.planReset());
  },
};

export const remove: Command = {
  name: 'sentinel remove',
  usage: SERVERS,
  what: 'Has the Sentinels watch a group no longer.',
  options: { ...SENTINELS, ...PLANNED },
  words: [1, 100],
  async run(context) {
    const admin = await sentinelOf(context, context.words);
    return await carryOutSentinel(context, admin, await admin.planRemove());
  },
};

export const set: Command = {
  name: 'sentinel set',
  usage: `${SERVERS} SETTING=VALUE …`,
  what: 'Sets down-after-milliseconds, failover-timeout, quorum … at all Sentinels.',
  options: { ...SECRETS, ...SENTINELS, ...PLANNED },
  words: [1, 100],
  async run(context) {
    const settings = settingsOf(context, context.words.filter(isSetting));
    if (Object.keys(settings).length === 0) throw new UsageError('expected SETTING=VALUE, as in down-after-milliseconds=5000');
    const admin = await sentinelOf(
      context,
      context.words.filter((word) => !isSetting(word)),
    );
    return await carryOutSentinel(context, admin, await admin.planSet(settings));
  },
};

export const monitor: Command = {
  name: 'sentinel monitor',
  usage: 'SENTINEL:PORT … --name GROUP --primary HOST:PORT [SETTING=VALUE …]',
  what: 'Has these Sentinels watch a primary with its replicas.',
  options: {
    primary: { value: 'HOST:PORT', what: 'primary that they watch, as all can reach it' },
    quorum: { value: 'NUMBER', what: 'how many must agree that it is down (more than half)' },
    ...SECRETS,
    ...SENTINELS,
    ...PLANNED,
  },
  words: [1, 100],
  async run(context) {
    const primary = textOption(context.options.primary);
    if (primary === undefined) throw new UsageError('sentinel monitor needs --primary HOST:PORT');
    const quorum = integerOption(context.options, 'quorum', 1);
    const settings = settingsOf(context, context.words.filter(isSetting));
    const words = context.words.filter((word) => !isSetting(word));
    if (textOption(context.options.name) === undefined && !words.some((word) => word.includes('://'))) {
      throw new UsageError('sentinel monitor needs --name GROUP');
    }
    const admin = await sentinelOf(context, words);
    return await carryOutSentinel(
      context,
      admin,
      await admin.planMonitor(primary, { settings, ...(quorum === undefined ? {} : { quorum }) }),
    );
  },
};
