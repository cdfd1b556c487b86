import { AdminError } from '../admin-error.js';
import type { NodeClient } from '../node-connections.js';
import { checkRights, type Need } from '../preflight/rights.js';
import { isSecretSetting, type SentinelPlan, type SentinelStep } from './steps.js';

/** The commands of a plan. A right that one sentinel refuses would leave the sentinels with different settings, or different groups. */
export function needsOfSentinels({ group, steps }: SentinelPlan): Need[] {
  const needs = new Map<string, Need>();
  for (const step of steps) {
    const words = wordsOf(group, step);
    if (words.length > 0) {
      needs.set(`${step.sentinel.id} ${words.join(' ')}`, {
        node: step.sentinel,
        purpose: PURPOSES[step.do],
        words: ['SENTINEL', ...words],
      });
    }
  }
  return [...needs.values()];
}

const PURPOSES: Readonly<Record<SentinelStep['do'], string>> = {
  failover: 'to promote a replica',
  reset: 'to have it forget what is gone',
  rediscover: 'to see what it has found again',
  monitor: 'to have it watch a primary',
  set: 'to set what is to be the same everywhere',
  remove: 'to have it watch the group no longer',
};

function wordsOf(group: string, step: SentinelStep): string[] {
  switch (step.do) {
    case 'failover':
      return ['FAILOVER', group];
    case 'reset':
      return ['RESET', group];
    case 'rediscover':
      return [];
    case 'monitor':
      return ['MONITOR', group, step.host, String(step.port), String(step.quorum)];
    case 'set':
      return ['SET', group, step.setting, isSecretSetting(step.setting) ? 'secret' : step.value];
    case 'remove':
      return ['REMOVE', group];
    default:
      return step satisfies never;
  }
}

/** The plan, with what is not known of its rights as notes. Throws where our user may not carry it out. */
export async function withRights(sentinels: NodeClient, plan: SentinelPlan): Promise<SentinelPlan> {
  const findings = await checkRights(sentinels, needsOfSentinels(plan));
  const refusals = findings.filter(({ refuses }) => refuses).map(({ text }) => text);
  if (refusals.length > 0) throw new AdminError(`${refusals.join('; ')}. Nothing was done`);
  return findings.length === 0 ? plan : { ...plan, notes: [...plan.notes, ...findings.map(({ text }) => text)] };
}
