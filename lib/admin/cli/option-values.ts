import type { Duplicates, FailoverMode } from '../plans/steps.js';
import type { MoveOptions } from '../run/move-options.js';
import { parseSlotsText } from '../slot-list.js';
import type { OptionValues } from './command.js';
import { UsageError } from './usage-error.js';

export function textOption(value: OptionValues[string]): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function numberOption(options: OptionValues, name: string, least: number): number | undefined {
  const given = textOption(options[name]);
  if (given === undefined) return undefined;
  const number = Number(given);
  if (given.trim() === '' || !Number.isFinite(number) || number < least)
    throw new UsageError(`--${name}: expected a number from ${least}, got ${given}`);
  return number;
}

export function integerOption(options: OptionValues, name: string, least: number): number | undefined {
  const number = numberOption(options, name, least);
  if (number !== undefined && !Number.isInteger(number))
    throw new UsageError(`--${name}: expected a whole number, got ${textOption(options[name])}`);
  return number;
}

export function weightsOption(options: OptionValues): Record<string, number> {
  const given = Array.isArray(options.weight) ? (options.weight as readonly string[]) : [];
  const weights = new Map<string, number>();
  for (const entry of given) {
    const at = entry.lastIndexOf('=');
    const [node, number] = [entry.slice(0, Math.max(at, 0)), entry.slice(at + 1)];
    const weight = number === '' ? Number.NaN : Number(number);
    if (node === '' || !(weight >= 0)) throw new UsageError(`--weight: expected NODE=NUMBER, got ${entry}`);
    if (weights.has(node)) throw new UsageError(`--weight: ${node} is given twice`);
    weights.set(node, weight);
  }
  return Object.fromEntries(weights);
}

/** Nodes with commas between them, or all of them. */
export function nodesOption(given: string, name: string): readonly string[] | 'all' {
  if (given === 'all') return given;
  const nodes = given.split(',').map((node) => node.trim());
  if (nodes.includes('')) throw new UsageError(`--${name}: expected NODE,NODE… or all, got ${given}`);
  return nodes;
}

/** Exactly one of --count, --slots and --all. */
export function slotsOption(options: OptionValues): number | readonly number[] | 'all' {
  const given = ['count', 'slots', 'all'].filter((name) => options[name] !== undefined);
  if (given.length > 1) {
    const wrong = given.map((name) => `--${name}`).join(' and ');
    throw new UsageError(`${wrong} exclude each other; to go on with a run that ended, leave out --count and keep the --slots it printed`);
  }
  if (given.length === 0) throw new UsageError('say which slots: one of --count NUMBER, --slots 0-99,104 and --all');
  if (options.all === true) return 'all';
  const count = integerOption(options, 'count', 1);
  if (count !== undefined) return count;
  const slots = parseSlotsText(textOption(options.slots) ?? '');
  if (slots === null)
    throw new UsageError(`--slots: expected slots between 0 and 16383 such as 0-99,104, got ${textOption(options.slots)}`);
  return slots;
}

export function duplicatesOption(options: OptionValues): Duplicates {
  const given = textOption(options.duplicates);
  if (given === undefined) return 'refuse';
  if (given === 'owner' || given === 'other') return given;
  throw new UsageError(`--duplicates: expected owner or other, got ${given}`);
}

export function failoverModeOption(options: OptionValues): FailoverMode {
  if (options.force === true && options.takeover === true) throw new UsageError('--force and --takeover exclude each other');
  return options.takeover === true ? 'takeover' : options.force === true ? 'force' : 'coordinated';
}

const BYTES: Readonly<Record<string, number>> = { k: 1e3, kb: 2 ** 10, m: 1e6, mb: 2 ** 20, g: 1e9, gb: 2 ** 30 };

/** A number of bytes, with the units of the servers' settings. https://redis.io/docs/latest/operate/oss_and_stack/management/config/ */
export function bytesOption(options: OptionValues, name: string): number | undefined {
  const given = textOption(options[name]);
  if (given === undefined) return undefined;
  const [, digits = '', unit = ''] = /^(\d+)([kmg]i?b?)?$/i.exec(given.trim()) ?? [];
  const bytes = Number(digits) * (BYTES[unit.toLowerCase().replace('i', '')] ?? 1);
  if (digits === '' || !Number.isSafeInteger(bytes)) throw new UsageError(`--${name}: expected bytes such as 8388608 or 8mb, got ${given}`);
  return bytes;
}

/** Slots that stay where they are because of large keys. */
export function skipOption(options: OptionValues): { readonly skipLarger?: number } {
  const skipLarger = bytesOption(options, 'skip-larger');
  return skipLarger === undefined ? {} : { skipLarger };
}

export function moveOptionsOf(options: OptionValues): MoveOptions {
  const batch = integerOption(options, 'batch', 1);
  const migrateTimeoutMs = integerOption(options, 'migrate-timeout', 1);
  const waitReplicas = integerOption(options, 'wait-replicas', 0);
  const parallel = integerOption(options, 'parallel', 1);
  return {
    replace: options.replace === true,
    ...(options['no-atomic'] === true ? { atomic: 'never' as const } : {}),
    ...(waitReplicas === undefined ? {} : { waitReplicas }),
    ...(parallel === undefined ? {} : { parallel }),
    ...(batch === undefined ? {} : { batch }),
    ...(migrateTimeoutMs === undefined ? {} : { migrateTimeoutMs }),
  };
}
