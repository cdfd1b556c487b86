import { printable } from './printable.js';

export interface Log {
  (format: string, ...args: unknown[]): void;
  readonly namespace: string;
  readonly enabled: boolean;
}

/** A logger of `debug`; its own types are not among a user's dependencies. */
type DebugLogger = ((format: string, ...args: unknown[]) => void) & { readonly enabled: boolean };

const SILENT: DebugLogger = Object.assign(() => {}, { enabled: false });
/** Makes the loggers of `debug`. Null: not loaded. Silent ones where it cannot be loaded. */
let create: ((namespace: string) => DebugLogger) | null = null;
/** The lines written while `debug` loads. */
const kept: (() => void)[] = [];

/**
 * Logger that never throws and writes by `debug`, which takes as long to load as a quarter of this library and is therefore loaded at the
 * first line that `DEBUG` asks for. Until then `DEBUG` is looked at line by line, because that is where `debug.enable()` keeps what it is
 * told:
 * https://github.com/debug-js/debug/blob/4.4.3/src/node.js
 */
export function logger(namespace: string): Log {
  let own: DebugLogger | null = null;
  const toDebug = (make: (namespace: string) => DebugLogger): DebugLogger => {
    own ??= make(namespace);
    return own;
  };
  let list: string | undefined;
  let named = false;
  const isNamed = (): boolean => {
    if (process.env.DEBUG !== list) {
      list = process.env.DEBUG;
      named = names(list ?? '', namespace);
    }
    return named;
  };
  const write = (format: string, ...args: unknown[]): void => {
    if (create !== null) {
      try {
        toDebug(create)(format, ...args.map((arg) => (typeof arg === 'string' ? printable(arg) : arg)));
      } catch {} // an argument that cannot be printed
    } else if (isNamed() && kept.push(() => write(format, ...args)) === 1) void load();
  };
  const properties: PropertyDescriptorMap & ThisType<Log> = {
    namespace: { value: namespace, enumerable: true },
    enabled: { get: () => (create === null ? isNamed() : toDebug(create).enabled), enumerable: true },
  };
  return Object.defineProperties(write, properties) as Log; // both properties are defined
}

async function load(): Promise<void> {
  try {
    const { default: debug } = await import('debug');
    if (typeof debug !== 'function') throw new TypeError('a bundler put something else in its place');
    create = debug;
  } catch {
    create = () => SILENT;
    process.emitWarning("DEBUG is set, but the package 'debug' cannot be loaded: slotwise writes no logs", { type: 'SlotwiseWarning' });
  }
  for (const line of kept.splice(0)) line();
}

/** Whether a value of `DEBUG` (`slotwise:*,-slotwise:pool`) names the namespace; an exclusion goes before any other pattern. */
export function names(list: string, namespace: string): boolean {
  const fits = (pattern: string): boolean => new RegExp(`^${pattern.replace(/\W/g, '\\$&').replaceAll('\\*', '.*')}$`).test(namespace);
  const patterns = list.split(/[\s,]+/);
  return patterns.some(fits) && !patterns.some((pattern) => pattern.startsWith('-') && fits(pattern.slice(1)));
}
