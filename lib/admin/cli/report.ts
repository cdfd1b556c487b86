import { SlotwiseError, show } from '../../errors.js';
import { withoutLogins } from '../../options/secrets.js';
import { hintFor } from './hint.js';

/** An error in one line: which server, what, and what may help. `usesTls`: the servers were asked over TLS. */
export function errorText(error: unknown, usesTls: boolean): string {
  const text = error instanceof SlotwiseError ? error.message : show(error);
  const node = error instanceof SlotwiseError && error.node !== undefined && !text.includes(error.node) ? `${error.node}: ` : '';
  const hint = hintFor(error, usesTls);
  const more = hint === null ? '' : `${text.endsWith('?') ? '' : ';'} ${hint}`;
  // A URL may stand in any option's place.
  return withoutLogins(`${node}${text}${more}`);
}
