import { type CallForm, options, value } from '../../options/call-form.js';
import { checkSignal } from '../../options/checks.js';
import { flag, func, integerBetween, oneOf } from '../../options/validate.js';
import { isRecord } from '../replication/call-forms.js';

const MOST = Number.MAX_SAFE_INTEGER;
const count = integerBetween(1, MOST);
const LOOK = { samples: count, stop: checkSignal };
const BOUNDS = { keysPerSecond: count, bytesPerSecond: count, strays: flag, via: oneOf('migrate', 'client') };

const isPlan = (given: unknown): boolean => isRecord(given) && Array.isArray(given.steps) && typeof given.totalKeys === 'number';

/** How the methods of `RingAdmin` are called. */
export const RING_FORMS = {
  planMove: {
    form: 'planMove({ samples, stop, keysPerSecond, bytesPerSecond, strays, via })',
    parameters: [options({ ...LOOK, ...BOUNDS })],
    refuses: 'rejects',
  },
  run: {
    form: 'run(plan, { stop, onProgress, onNote, batch, migrateTimeoutMs, parallel, keysPerSecond, bytesPerSecond, skipLarger, duplicates, … })',
    parameters: [
      value('plan', 'a plan of planMove()', isPlan),
      options({
        ...BOUNDS,
        stop: checkSignal,
        onProgress: func(),
        onNote: func(),
        batch: count,
        migrateTimeoutMs: integerBetween(1, 2 ** 31 - 1),
        parallel: integerBetween(1, 1_000),
        skipLarger: integerBetween(0, MOST),
        duplicates: oneOf('refuse', 'new', 'old'),
        writersStopped: flag,
        verify: integerBetween(0, 1_000_000),
      }),
    ],
    refuses: 'rejects',
  },
  check: { form: 'check({ samples, stop })', parameters: [options(LOOK)], refuses: 'rejects' },
  report: { form: 'report({ steady })', parameters: [options({ steady: flag })], refuses: 'rejects' },
  close: { form: 'close()', parameters: [], refuses: 'throws' },
} satisfies Readonly<Record<string, CallForm>>;
