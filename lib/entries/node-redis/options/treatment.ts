import { warnOnce } from '../../shared/warnings.js';
import { NotSupportedError } from '../errors.js';

/**
 * What becomes of an option of node-redis. `mapped`: to which option of this library. `kept`: it means what it means there. `needless`: what
 * it asks for is so anyway. `warned`: it cannot be honoured, and whoever sets it is told once. `refused`: a client without it would do
 * something else.
 */
export type Treatment =
  | { readonly mapped: string }
  | { readonly kept: string }
  | { readonly needless: string }
  | { readonly warned: string; readonly unless?: (value: unknown) => boolean }
  | { readonly refused: string };

export type Treatments = Readonly<Record<string, Treatment>>;

/** Throws for a refused option, and warns of those that are not honoured. `prefix`: where the options are, as errors name it. */
export function treat(given: object, table: Treatments, prefix = ''): void {
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const treatment = Object.hasOwn(table, name) ? table[name] : undefined;
    if (treatment === undefined) warnOnce('node-redis', `${prefix}${name}`, 'there is no such option; it has no effect');
    else if ('refused' in treatment) throw new NotSupportedError(`${prefix}${name}: ${treatment.refused}`);
    else if ('warned' in treatment && treatment.unless?.(value) !== true) warnOnce('node-redis', `${prefix}${name}`, treatment.warned);
  }
}
