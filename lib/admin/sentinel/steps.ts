import { hideSecrets } from '../../options/secrets.js';
import { count } from '../slot-list.js';
import type { SentinelNode } from './sentinel-group.js';

/** A sentinel in a step, with what is needed to reach it and to name it. */
export type SentinelRef = Pick<SentinelNode, 'id' | 'name' | 'address'>;

/** Settings of a group at one sentinel, by the names of SENTINEL SET. */
export type GroupSettings = Readonly<Record<string, string>>;

/** One command to one sentinel, or a wait for one. */
export type SentinelStep =
  /** `from`: the primary of before. */
  | { readonly do: 'failover'; readonly sentinel: SentinelRef; readonly coordinated: boolean; readonly from: string }
  /** Forgets the replicas and the other sentinels, and finds those again that are there. */
  | { readonly do: 'reset'; readonly sentinel: SentinelRef; readonly forgets: readonly string[] }
  /** Waits until it knows these again: ids of sentinels, names of replicas. */
  | { readonly do: 'rediscover'; readonly sentinel: SentinelRef; readonly peers: readonly string[]; readonly replicas: readonly string[] }
  | {
      readonly do: 'monitor';
      readonly sentinel: SentinelRef;
      readonly host: string;
      readonly port: number;
      readonly quorum: number;
    }
  | { readonly do: 'set'; readonly sentinel: SentinelRef; readonly setting: string; readonly value: string }
  | { readonly do: 'remove'; readonly sentinel: SentinelRef };

export const SENTINEL_STEPS = [
  'failover',
  'reset',
  'rediscover',
  'monitor',
  'set',
  'remove',
] as const satisfies readonly SentinelStep['do'][];

/** What was asked for: enough to plan again. */
export type SentinelRequest =
  | { readonly command: 'failover'; readonly coordinated: boolean | null }
  | { readonly command: 'reset' }
  | { readonly command: 'remove' }
  | { readonly command: 'set'; readonly settings: GroupSettings }
  | { readonly command: 'monitor'; readonly primary: string; readonly quorum: number; readonly settings: GroupSettings };

/** The steps of one change to a group. */
export interface SentinelPlan {
  readonly title: string;
  /** The group's name. */
  readonly group: string;
  readonly steps: readonly SentinelStep[];
  /** Consequences that the operator should know. */
  readonly notes: readonly string[];
  readonly request: SentinelRequest;
}

const SECRET_SETTINGS: ReadonlySet<string> = new Set(['auth-pass']);

export function isSecretSetting(setting: string): boolean {
  return SECRET_SETTINGS.has(setting);
}

/** A step that sets something; neither JSON nor `console.log` shows a password in it. */
export function setStep(sentinel: SentinelRef, setting: string, value: string): SentinelStep {
  const step = { do: 'set', sentinel, setting, value } as const;
  return isSecretSetting(setting) ? hideSecrets(step, ['value']) : step;
}

/** Settings without their secrets when they are shown. */
export function shownSettings(settings: GroupSettings): GroupSettings {
  return hideSecrets(
    settings,
    Object.keys(settings).filter((name) => isSecretSetting(name)),
  );
}

export function refOf({ id, name, address }: SentinelNode): SentinelRef {
  return { id, name, address };
}

/** A step in words. */
export function describeSentinelStep(step: SentinelStep): string {
  const { name } = step.sentinel;
  switch (step.do) {
    case 'failover':
      return `have ${name} promote a replica in place of ${step.from}${step.coordinated ? ', after the primary has handed over its writes' : ''}`;
    case 'reset':
      return `have ${name} forget ${step.forgets.join(', ')}: it drops all it has learnt of the group, and finds what is there again`;
    case 'rediscover':
      return `wait until ${name} knows ${count(step.peers.length, 'other Sentinel')} and ${count(step.replicas.length, 'replica')} again`;
    case 'monitor':
      return `have ${name} watch ${step.host}:${step.port} with quorum ${step.quorum}`;
    case 'set':
      return `set ${step.setting} to ${isSecretSetting(step.setting) ? '(hidden)' : step.value} at ${name}`;
    case 'remove':
      return `have ${name} watch the group no longer`;
    default:
      return step satisfies never;
  }
}

/** Whether two plans would do the same. */
export function isSameSentinelPlan(a: SentinelPlan, b: SentinelPlan): boolean {
  return a.group === b.group && JSON.stringify(a.steps) === JSON.stringify(b.steps);
}
