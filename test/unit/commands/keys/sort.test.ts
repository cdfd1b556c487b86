import { SortCommands } from '../../../../lib/commands/keys/sort.js';
import { describeWire } from '../recorder.js';

describeWire(SortCommands, [
  [(r) => r.sort('k'), 'SORT k'],
  [
    (r) => r.sort('k', { STORE: 'd', ALPHA: true, DESC: true, GET: ['#', 'n_*'], LIMIT: { offset: 0, count: 5 }, BY: 'w_*' }),
    'SORT k BY w_* LIMIT 0 5 GET # GET n_* DESC ALPHA STORE d',
  ],
  [(r) => r.sort('k', { GET: 'n_*', ASC: true }), 'SORT k GET n_* ASC'],
  [(r) => r.sort_ro('k'), 'SORT_RO k'],
  [(r) => r.sort_ro('k', { BY: 'nosort', LIMIT: { offset: 2, count: -1 } }), 'SORT_RO k BY nosort LIMIT 2 -1'],
  [(r) => r.sort_ro('k', { GET: ['#'], ALPHA: true }), 'SORT_RO k GET # ALPHA'],
  [(r) => r.sort_ro('k', { ASC: true }), 'SORT_RO k ASC'],
  [(r) => r.sort_ro('k', { DESC: true }), 'SORT_RO k DESC'],
]);
