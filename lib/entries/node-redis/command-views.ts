import type { Redis, ViewOptions } from '../../index.js';
import { warnOnce } from '../shared/warnings.js';
import type { CommandOptions } from './options/types.js';
import { RESP_TYPES, type TypeMapping } from './type-mapping.js';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const CLASSES: Readonly<Record<number, readonly unknown[]>> = {
  [RESP_TYPES.BLOB_STRING]: [String, Buffer],
  [RESP_TYPES.SIMPLE_STRING]: [String],
  [RESP_TYPES.VERBATIM_STRING]: [String, Buffer],
  [RESP_TYPES.NUMBER]: [Number, String],
  [RESP_TYPES.DOUBLE]: [Number, String],
  [RESP_TYPES.BIG_NUMBER]: [BigInt],
  [RESP_TYPES.MAP]: [Object, Map, Array],
  [RESP_TYPES.SET]: [Array, Set],
  [RESP_TYPES.ARRAY]: [Array],
  [RESP_TYPES.BOOLEAN]: [Boolean],
  [RESP_TYPES.NULL]: [],
};
const NAMES = new Map<number, string>(Object.entries(RESP_TYPES).map(([name, code]) => [code, name]));

/** The library's options of a view for the options of a command. */
export function viewOptionsOf({ typeMapping, timeout, abortSignal, idempotent }: CommandOptions): ViewOptions {
  const options: Writable<ViewOptions> = {};
  if (timeout !== undefined) options.timeoutMs = timeout;
  if (abortSignal !== undefined) options.signal = abortSignal;
  if (idempotent !== undefined) options.idempotent = idempotent;
  if (typeMapping?.[RESP_TYPES.BLOB_STRING] === Buffer) options.buffers = true;
  if (typeMapping?.[RESP_TYPES.NUMBER] === String) options.integers = 'string';
  return options;
}

/** Warns of classes that a mapping names and that replies do not become. */
export function checkMapping(mapping: TypeMapping): void {
  for (const [code, type] of Object.entries(mapping)) {
    const known = CLASSES[Number(code)];
    if (known?.includes(type)) continue;
    const name = NAMES.get(Number(code)) ?? code;
    warnOnce('node-redis', `typeMapping.${name}`, 'replies do not become this class; they are as without it');
  }
}

/** Views of an engine by the options of commands, which are made once each. */
export class CommandViews {
  readonly #views = new WeakMap<CommandOptions, { readonly engine: Redis; readonly view: Redis }>();

  of(engine: Redis, options: CommandOptions | undefined): Redis {
    if (options === undefined) return engine;
    const known = this.#views.get(options);
    if (known?.engine === engine) return known.view;
    const view = engine.with(viewOptionsOf(options)) as unknown as Redis; // its types of replies are the mapping's
    this.#views.set(options, { engine, view });
    return view;
  }
}
