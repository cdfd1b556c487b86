import type { Arg } from '../protocol/command.js';
import { command } from '../protocol/specs.js';
import type { Ok } from './decode.js';
import { CommandGroup, type Key, type Value } from './group.js';
import type { Mode, Out } from './mode.js';

const GET = command('GET');
const SET = command('SET');
const INCR = command('INCR');

/** When the key ends: at most one of them. */
export type SetExpiry =
  | { EX?: number; PX?: never; EXAT?: never; PXAT?: never; KEEPTTL?: never }
  | { EX?: never; PX?: number; EXAT?: never; PXAT?: never; KEEPTTL?: never }
  | { EX?: never; PX?: never; EXAT?: number; PXAT?: never; KEEPTTL?: never }
  | { EX?: never; PX?: never; EXAT?: never; PXAT?: number; KEEPTTL?: never }
  | { EX?: never; PX?: never; EXAT?: never; PXAT?: never; KEEPTTL?: true };
export type SetCondition = { NX?: true; XX?: never } | { NX?: never; XX?: true };
export type SetOptions = SetExpiry & SetCondition & { GET?: true };

export abstract class StringCommands<M extends Mode> extends CommandGroup<M> {
  /**
   * The value of a key, `null` where there is none. O(1), since 1.0.0.
   * @see https://redis.io/docs/latest/commands/get/
   * @example await redis.get('user:1');
   */
  get(key: Key): Out<M, M['text'] | null> {
    return this.run(GET, [key]);
  }

  /**
   * Sets a key. `null`: `NX` or `XX` kept it from being set. With `GET`: the old value. O(1), since 1.0.0.
   * @see https://redis.io/docs/latest/commands/set/
   * @example await redis.set('user:1', 'Ada', { EX: 60, NX: true });
   */
  set(key: Key, value: Value, options: SetOptions & { GET: true }): Out<M, M['text'] | null>;
  set(key: Key, value: Value, options: SetOptions & ({ NX: true } | { XX: true })): Out<M, Ok | null>;
  set(key: Key, value: Value, options?: SetExpiry): Out<M, Ok>;
  set(key: Key, value: Value, options?: SetOptions): Out<M, Ok | M['text'] | null> {
    if (options === undefined) return this.run(SET, [key, value]);
    const args: Arg[] = [key, value];
    if (options.NX) args.push('NX');
    if (options.XX) args.push('XX');
    if (options.GET) args.push('GET');
    if (options.EX !== undefined) args.push('EX', options.EX);
    if (options.PX !== undefined) args.push('PX', options.PX);
    if (options.EXAT !== undefined) args.push('EXAT', options.EXAT);
    if (options.PXAT !== undefined) args.push('PXAT', options.PXAT);
    if (options.KEEPTTL) args.push('KEEPTTL');
    return this.run(SET, args);
  }

  /**
   * Adds one to the integer a key holds and gives the sum. O(1), since 1.0.0.
   * @see https://redis.io/docs/latest/commands/incr/
   * @example await redis.incr('visits');
   */
  incr(key: Key): Out<M, M['integer']> {
    return this.run(INCR, [key]);
  }
}
