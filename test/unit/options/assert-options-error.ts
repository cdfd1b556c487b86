import assert from 'node:assert/strict';
import { OptionsError } from '../../../lib/errors.js';
import type { ClientOptions } from '../../../lib/options/client-options.js';
import { resolveOptions } from '../../../lib/options/resolve.js';

/** Options that are refused, with the message. The options are `unknown`: the types refuse most of them. */
export type RefusedOptions = readonly (readonly [input: unknown, message: RegExp])[];

/** The message begins with the option's path, and never shows the password `hunter2`. */
export function assertOptionsError(input: unknown, message: RegExp): void {
  assert.throws(
    () => resolveOptions(input as ClientOptions),
    (error) => {
      assert.ok(error instanceof OptionsError, String(error));
      assert.match(error.message, message);
      assert.ok(error.message.startsWith(`${error.path}: `));
      assert.ok(!error.message.includes('hunter2'));
      return true;
    },
  );
}
