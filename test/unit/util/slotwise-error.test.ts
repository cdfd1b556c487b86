import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { AdminError } from '../../../lib/admin/admin-error.js';
import { UsageError } from '../../../lib/admin/cli/usage-error.js';
import * as errors from '../../../lib/errors.js';
import { nameErrors, SlotwiseError } from '../../../lib/util/slotwise-error.js';

const {
  CrossSlotError,
  IntegerRangeError,
  NotReplicatedError,
  OptionsError,
  PartialFailureError,
  ReplyError,
  TimeoutError,
  TopologyError,
} = errors;

type ErrorClass = { readonly name: string; readonly prototype: SlotwiseError };

const isErrorClass = (value: unknown): value is ErrorClass => typeof value === 'function' && /^class/.test(String(value));
const classes: readonly (readonly [string, ErrorClass])[] = [
  ...Object.entries<unknown>(errors).flatMap(([name, value]) => (isErrorClass(value) ? [[name, value] as const] : [])),
  ['AdminError', AdminError],
  ['UsageError', UsageError],
];

/** The same classes as a bundler or another copy of the package has them. */
function copyOf(): { readonly Timeout: typeof SlotwiseError; readonly Reply: typeof SlotwiseError } {
  class a extends Error {}
  class b extends a {}
  class c extends a {}
  nameErrors({ SlotwiseError: a, TimeoutError: b, ReplyError: c } as never);
  return { Timeout: b, Reply: c } as never;
}

describe('the classes of errors', () => {
  it('are all of them here', () => assert.ok(classes.length > 25));

  for (const [name, one] of classes) {
    it(`have their name from a table: ${name}`, () => {
      assert.equal(Object.getOwnPropertyDescriptor(one.prototype, 'name')?.value, name);
      assert.equal(one.name, name);
      assert.ok(Object.hasOwn(one.prototype, Symbol.for(`slotwise.${name}`)));
    });
  }

  it('have their names in stacks and pictures, and keep the names of classes that programs derive', () => {
    const error = new TimeoutError('too late');
    assert.match(error.stack ?? '', /^TimeoutError: too late\n/);
    assert.match(inspect(error), /^TimeoutError: too late\n/);
    assert.ok(!Object.hasOwn(error, 'name'));
    class OwnError extends SlotwiseError {}
    assert.equal(new OwnError('ERR_OWN', 'mine').name, 'OwnError');
  });

  it('survive the names of a bundler', () => {
    const { Timeout } = copyOf();
    assert.equal(Timeout.name, 'TimeoutError');
    assert.equal(new Timeout('ERR_TIMEOUT', 'too late').name, 'TimeoutError');
  });
});

describe('instanceof', () => {
  const { Timeout, Reply } = copyOf();
  class OwnError extends TimeoutError {}
  class OtherError extends TimeoutError {}
  const cases: readonly (readonly [what: string, value: unknown, type: unknown, expected: boolean])[] = [
    ['an error of its class', new TimeoutError('x'), TimeoutError, true],
    ['an error of its base', new TimeoutError('x'), SlotwiseError, true],
    ['an error of another class', new TimeoutError('x'), ReplyError, false],
    ['an error of a base', new SlotwiseError('ERR_X', 'x'), TimeoutError, false],
    ['an error of a copy', new Timeout('ERR_TIMEOUT', 'x'), TimeoutError, true],
    ['an error of a copy by its base', new Timeout('ERR_TIMEOUT', 'x'), SlotwiseError, true],
    ['an error of a copy of another class', new Reply('ERR', 'x'), TimeoutError, false],
    ['an error of a derived class', new OwnError('x'), TimeoutError, true],
    ['its own derived class', new OwnError('x'), OwnError, true],
    ['another derived class', new OwnError('x'), OtherError, false],
    ['a base by a derived class', new TimeoutError('x'), OwnError, false],
    ['any other error', new Error('x'), SlotwiseError, false],
    ...[null, undefined, 1, 'TimeoutError', Symbol.iterator, {}, [], () => {}, Object.create(null)].map(
      (value) => [`no error (${typeof value})`, value, SlotwiseError, false] as const,
    ),
    ['the prototype of a class, as the language has it', Object.create(TimeoutError.prototype), TimeoutError, true],
  ];
  for (const [what, value, type, expected] of cases) {
    it(`of ${what} is ${expected}`, () => assert.equal(value instanceof (type as typeof SlotwiseError), expected));
  }
});

describe('an error as JSON', () => {
  const json = (error: unknown): unknown => JSON.parse(JSON.stringify(error));
  const facts = { executed: 'unknown', attempts: 2, command: 'SET', node: '[::1]:6379' } as const;

  it('has name, message, code and its facts', () => {
    assert.deepEqual(json(new TimeoutError('SET timed out', facts)), {
      name: 'TimeoutError',
      message: 'SET timed out',
      code: 'ERR_TIMEOUT',
      ...facts,
    });
  });

  const plain = { executed: 'no', attempts: 0 };
  const cases: readonly (readonly [what: string, error: SlotwiseError, also: Record<string, unknown>])[] = [
    ['the option', new OptionsError('reads', 'a mode', 5), { path: 'reads' }],
    ['keys and slots', new CrossSlotError('x', ['a', 'b'], [1, 2]), { keys: ['a', 'b'], slots: [1, 2] }],
    ['an integer that JSON has no room for', new IntegerRangeError(2n ** 63n), { value: '9223372036854775808', executed: 'yes' }],
    [
      'not what a command returned',
      new NotReplicatedError('SET', { acknowledged: 0, wanted: 1, timeoutMs: 5, reply: 'private' }),
      { acknowledged: 0, wanted: 1, command: 'SET', executed: 'yes' },
    ],
    [
      'the parts that failed',
      new PartialFailureError('x', [{ keys: ['a'], node: 'h:1', error: new ReplyError('OOM', 'OOM full') }]),
      {
        failures: [
          { keys: ['a'], node: 'h:1', error: { name: 'ReplyError', message: 'OOM full', code: 'OOM', executed: 'yes', attempts: 0 } },
        ],
      },
    ],
    [
      'what each address said',
      new TopologyError('ERR_NO_SEED_REACHABLE', 'x', [
        { node: 'h:1', error: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) },
      ]),
      {
        causes: [{ node: 'h:1', error: { name: 'Error', message: 'refused', code: 'ECONNREFUSED' } }],
        cause: { name: 'Error', message: 'refused', code: 'ECONNREFUSED' },
      },
    ],
    [
      'the errors of an AggregateError',
      new errors.ConnectError('x', { cause: new AggregateError([new Error('one'), new Error('two')], '') }),
      {
        cause: {
          name: 'AggregateError',
          message: '',
          errors: [
            { name: 'Error', message: 'one' },
            { name: 'Error', message: 'two' },
          ],
        },
      },
    ],
    ['a reason that is no error', new errors.AbortError('x', { cause: 'enough' }), { cause: 'enough' }],
    [
      'a reason that JSON cannot hold',
      new errors.AbortError('x', { cause: { at: 1n, map: new Map([[1, 2]]) } }),
      { cause: { at: '1', map: '(Map)' } },
    ],
    ['bytes by their kind only', new errors.AbortError('x', { cause: Buffer.from('private') }), { cause: '(Buffer)' }],
  ];
  for (const [what, error, also] of cases) {
    it(`has ${what}`, () => {
      assert.deepEqual(json(error), { name: error.name, message: error.message, code: error.code, ...plain, ...also });
    });
  }

  it('ends where the causes are a ring', () => {
    const reason: { cause?: unknown; own?: unknown } & Error = new Error('round');
    reason.cause = reason;
    reason.own = { reason };
    assert.match(JSON.stringify(new errors.AbortError('x', { cause: reason })), /^\{"name":"AbortError".*…/);
  });

  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const get = (): never => {
    throw new Error('looked at');
  };
  const UNREADABLE: Readonly<Record<string, unknown>> = {
    'a revoked proxy': proxy,
    'an error with a field that throws': Object.defineProperty(new Error('x'), 'field', { get, enumerable: true }),
    'an error whose text throws': Object.defineProperty(new Error('x'), 'message', { get }),
    'an object without a constructor': Object.create(Object.create(null)),
    'an object with a form of its own': { toJSON: get },
  };
  for (const [what, cause] of Object.entries(UNREADABLE)) {
    it(`is there where a cause is ${what}`, () => {
      for (const one of [cause, [cause], new Error('y', { cause })]) {
        assert.match(JSON.stringify(new TimeoutError('late', { cause: one })), /^\{"name":"TimeoutError","message":"late".*"cause"/);
      }
    });
  }

  it('has no stack', () => assert.doesNotMatch(JSON.stringify(new TimeoutError('x', { cause: new Error('y') })), /slotwise-error/));
});
