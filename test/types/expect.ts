type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** `reply(redis.get('key')).is<string | null>()` compiles only where the type is exactly that; nothing runs. */
export declare function reply<T>(call: Promise<T>): { is<Expected>(...different: Same<T, Expected> extends true ? [] : [never]): void };
