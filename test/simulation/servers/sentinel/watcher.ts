import type { Random } from '../../time/random.js';
import type { Group } from './group.js';
import type { Instance } from './instance.js';

/** A sentinel, as the rules by which it watches see it. */
export interface Watcher {
  readonly now: number;
  readonly random: Random;
  /** Run id. */
  readonly id: string;
  readonly host: string;
  readonly port: number;
  epoch: number;
  /** Its clock, or its process, has stood still: it watches, and does not act. https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/#tilt-mode */
  readonly isTilted: boolean;
  /** Publishes. */
  event(channel: string, text: string): void;
  connect(group: Group, instance: Instance): void;
}

/** An event about an instance, as the servers word it. */
export function tell(watcher: Watcher, channel: string, group: Group, instance: Instance, more = ''): void {
  watcher.event(channel, `${group.describe(instance)}${more}`);
}
