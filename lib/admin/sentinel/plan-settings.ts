import { OptionsError } from '../../errors.js';
import { suggest } from '../../util/suggestion.js';
import { AdminError } from '../admin-error.js';
import { isLoopback } from '../health/loopback.js';
import { majorityOf } from '../health/majority.js';
import { count } from '../slot-list.js';
import { type SentinelGroupState, type SentinelNode, votersOf, watchingOf } from './sentinel-group.js';
import { isFailingOver } from './sentinel-view.js';
import { type GroupSettings, refOf, type SentinelPlan, type SentinelStep, setStep, shownSettings } from './steps.js';

const isPositive = (text: string): boolean => /^[1-9]\d{0,15}$/.test(text);
const isText = (text: string): boolean => text !== '' && !/[\r\n\0]/.test(text);

/** Settings of SENTINEL SET with the values that they take. https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ */
const SETTINGS: Readonly<Record<string, readonly [expected: string, isFit: (text: string) => boolean]>> = {
  'down-after-milliseconds': ['milliseconds of 1 or more', isPositive],
  'failover-timeout': ['milliseconds of 1 or more', isPositive],
  'parallel-syncs': ['a number of 1 or more', isPositive],
  quorum: ['a number of 1 or more', isPositive],
  'master-reboot-down-after-period': ['milliseconds of 0 or more', (text) => /^\d{1,16}$/.test(text)],
  'notification-script': ['a path, or nothing for none', (text) => !/[\r\n\0]/.test(text)],
  'client-reconfig-script': ['a path, or nothing for none', (text) => !/[\r\n\0]/.test(text)],
  'auth-pass': ['a password', isText],
  'auth-user': ['a user', isText],
};

/** Checks settings before anything is sent: a sentinel takes the first ones of a command whose last one it refuses. */
export function checkSettings(settings: GroupSettings): void {
  for (const [name, value] of Object.entries(settings)) {
    const known = Object.hasOwn(SETTINGS, name) ? SETTINGS[name] : undefined;
    if (known === undefined) throw new OptionsError('settings', `there is no setting ${name}; ${suggest(name, Object.keys(SETTINGS))}`);
    const [expected, isFit] = known;
    if (!isFit(value)) throw new OptionsError(`settings.${name}`, `expected ${expected}`);
  }
}

/** Plans that all sentinels of a group get these settings. https://redis.io/docs/latest/commands/sentinel-set/ */
export function planSet(group: SentinelGroupState, settings: GroupSettings): SentinelPlan {
  checkSettings(settings);
  const watching = watchingOf(group);
  const voters = Math.max(0, ...watching.map(({ replies }) => votersOf(replies)));
  refuseQuorum(settings.quorum, voters);
  const steps = watching.flatMap((sentinel) =>
    Object.entries(settings)
      .filter(([name, value]) => sentinel.replies.view.primary.fields.get(name) !== value)
      .map(([name, value]) => setStep(refOf(sentinel), name, value)),
  );
  const names = Object.keys(settings).join(', ');
  return {
    title:
      steps.length === 0
        ? `${names} ${Object.keys(settings).length === 1 ? 'is' : 'are'} so already`
        : `set ${names} of ${group.name} at ${count(watching.length, 'Sentinel')}`,
    group: group.name,
    steps,
    notes: [...unaskedNotes(group.sentinels, 'keeps its old settings'), ...quorumNotes(settings.quorum, voters)],
    request: { command: 'set', settings: shownSettings(settings) },
  };
}

/** Plans that all sentinels stop watching a group. https://redis.io/docs/latest/commands/sentinel-remove/ */
export function planRemove(group: SentinelGroupState): SentinelPlan {
  const watching = watchingOf(group);
  const busy = watching.find(({ replies }) => isFailingOver(replies.view));
  if (busy !== undefined) throw new AdminError(`a failover of ${group.name} is under way: wait for it`);
  return {
    title: `have ${count(watching.length, 'Sentinel')} watch ${group.name} no longer`,
    group: group.name,
    steps: watching.map((sentinel) => ({ do: 'remove', sentinel: refOf(sentinel) })),
    notes: [
      'nobody promotes a replica afterwards, and clients that ask the Sentinels for the primary get no answer',
      ...unaskedNotes(group.sentinels, 'goes on watching it'),
    ],
    request: { command: 'remove' },
  };
}

/** What is known of a server that sentinels are to watch. */
export interface NewPrimary {
  readonly host: string;
  readonly port: number;
  readonly role: 'primary' | 'replica' | null;
  /** Clients have to log in; null: it does not say. */
  readonly wantsPassword: boolean | null;
}

/** Plans that sentinels watch a primary. https://redis.io/docs/latest/commands/sentinel-monitor/ */
export function planMonitor(
  name: string,
  sentinels: readonly SentinelNode[],
  primary: NewPrimary,
  { quorum, settings }: { readonly quorum: number; readonly settings: GroupSettings },
): SentinelPlan {
  checkSettings(settings);
  const at = `${primary.host}:${primary.port}`;
  const asked = sentinels.filter(({ replies }) => replies !== null);
  refuseQuorum(String(quorum), asked.length);
  if (primary.role === 'replica') throw new AdminError(`${at} is a replica: name the primary`);
  if (isLoopback(primary.host) && asked.some(({ address }) => 'host' in address && !isLoopback(address.host))) {
    throw new AdminError(`${at} is the Sentinels' own host for each of them, and for clients too: name the address that all can reach`);
  }
  const other = asked.find(({ replies }) => replies?.view != null && replies.view.primary.name !== at);
  if (other !== undefined) {
    throw new AdminError(
      `${other.name} watches a group ${name} already, with the primary ${other.replies?.view?.primary.name}: another name, or slotwise sentinel remove first`,
    );
  }
  const steps = asked.flatMap((sentinel): SentinelStep[] => {
    const watches = sentinel.replies?.view != null;
    const ref = refOf(sentinel);
    const monitor: SentinelStep[] = watches ? [] : [{ do: 'monitor', sentinel: ref, host: primary.host, port: primary.port, quorum }];
    const missing = Object.entries({ ...(watches ? { quorum: String(quorum) } : {}), ...settings }).filter(
      ([setting, value]) => sentinel.replies?.view?.primary.fields.get(setting) !== value,
    );
    return [...monitor, ...missing.map(([setting, value]) => setStep(ref, setting, value))];
  });
  const needsPassword = primary.wantsPassword === true && settings['auth-pass'] === undefined;
  return {
    title: steps.length === 0 ? `all watch ${at} as ${name} already` : `have ${count(asked.length, 'Sentinel')} watch ${at} as ${name}`,
    group: name,
    steps,
    notes: [
      ...unaskedNotes(sentinels, 'does not watch it'),
      ...quorumNotes(String(quorum), asked.length),
      ...(asked.length < 3
        ? [`${count(asked.length, 'Sentinel')} ${asked.length === 1 ? 'bears' : 'bear'} no failure: three on three hosts are the least`]
        : []),
      ...(needsPassword ? [`${at} wants a password: without auth-pass=SECRET the Sentinels take it for down`] : []),
    ],
    request: { command: 'monitor', primary: at, quorum, settings: shownSettings(settings) },
  };
}

function refuseQuorum(quorum: string | undefined, voters: number): void {
  if (quorum === undefined || Number(quorum) <= voters) return;
  throw new AdminError(`a quorum of ${quorum} cannot be reached by ${count(voters, 'Sentinel')}: no failover would ever begin`);
}

function quorumNotes(quorum: string | undefined, voters: number): string[] {
  if (quorum === undefined) return [];
  if (quorum === '1' && voters > 1) return ['with quorum 1 one Sentinel that cannot reach the primary begins a failover'];
  const spare = voters - Number(quorum);
  return Number(quorum) > majorityOf(voters)
    ? [`with quorum ${quorum} no failover begins when more than ${spare} of ${voters} Sentinels fail`]
    : [];
}

function unaskedNotes(sentinels: readonly SentinelNode[], consequence: string): string[] {
  return sentinels
    .filter(({ replies }) => replies === null)
    .map(({ name, problem }) => `${name} cannot be asked and ${consequence}: ${problem}`);
}
