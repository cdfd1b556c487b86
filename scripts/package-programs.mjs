// Programs that `check-package.mjs` runs in a project that has the packed library installed.

/** Errors of both builds, of `slotwise/admin` and of another copy of the package are of the same classes, and their scripts are run by each other's clients. */
export const identities = `
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import * as imported from 'slotwise';
import { AdminError } from 'slotwise/admin';
import * as copied from './copy/node_modules/slotwise/dist/esm/index.js';
const required = createRequire(import.meta.url)('slotwise');

const copies = { imported, required, copied };
const thrown = (slotwise) => {
  try {
    slotwise.createClient({ nonsense: 1 });
  } catch (error) {
    return error;
  }
};
assert.notEqual(imported.SlotwiseError, required.SlotwiseError);
assert.ok(new AdminError('x') instanceof imported.SlotwiseError);
for (const [name, one] of Object.entries(copies)) {
  for (const [otherName, other] of Object.entries(copies)) {
    const what = name + ' for ' + otherName;
    const error = thrown(other);
    assert.ok(error instanceof one.SlotwiseError && error instanceof one.OptionsError, what);
    assert.ok(!(error instanceof one.ReplyError) && !(new Error('x') instanceof one.SlotwiseError), what);
    const redis = one.createClient({ topology: one.single(process.env.REDIS_URL) });
    const script = (lua, options) => other.defineScript({ lua: '-- ' + what + '\\n' + lua, keys: 1, reply: Number, ...options });
    const count = script("return redis.call('INCR', KEYS[1])");
    const look = script("return redis.call('GET', KEYS[1])", { readonly: true });
    await redis.del('n');
    assert.equal(await redis.script(count, ['n']), 1, what);
    assert.deepEqual(await redis.pipeline().script(count, ['n']).script(look, ['n']).exec(), [2, 2], what);
    assert.deepEqual(await redis.multi().script(count, ['n']).exec(), [3], what);
    await redis.scriptFlush();
    assert.equal(await redis.script(count, ['n']), 4, what);
    assert.equal(await redis.lease((lease) => lease.script(look, ['n'])), 4, what);
    await assert.rejects(redis.incr('n', 1, 2, 3).then(() => redis.hget('n', 'f')), (reason) => reason instanceof other.SlotwiseError, what);
    await redis.close();
  }
}
`;

/** What a bundler that shortens names makes of the library, beside the library itself. */
export const bundled = `
import assert from 'node:assert/strict';
import * as bundle from './bundle.mjs';
import * as slotwise from 'slotwise';

const classes = Object.entries(slotwise).filter(([name]) => /Error$/.test(name));
assert.ok(classes.length > 25);
for (const [name, type] of classes) {
  const error = Object.create(bundle[name].prototype);
  assert.equal(error.name, name);
  assert.equal(bundle[name].name, name);
  assert.ok(error instanceof type, name);
}
try {
  bundle.createClient({ nonsense: 1 });
} catch (error) {
  assert.equal(error.name, 'OptionsError');
  assert.match(error.stack, /^OptionsError: /);
  assert.equal(JSON.parse(JSON.stringify(error)).name, 'OptionsError');
}
`;

/** An error that nobody catches, thrown inside of the library. */
export const uncaught = (how) => `
const { createClient } = ${how === 'import' ? "await import('slotwise')" : "require('slotwise')"};
createClient({ nonsense: 1 });
`;
