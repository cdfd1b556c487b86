import { CounterCommands } from '../../../../lib/commands/data/counter.js';
import { describeReplies, describeWire } from '../recorder.js';

describeWire(CounterCommands, [
  [(r) => r.incr('k'), 'INCR k'],
  [(r) => r.incrby('k', 9007199254740993n), 'INCRBY k 9007199254740993'],
  [(r) => r.incrbyfloat('k', -0.5), 'INCRBYFLOAT k -0.5'],
  [(r) => r.decr('k'), 'DECR k'],
  [(r) => r.decrby('k', '7'), 'DECRBY k 7'],
]);

describeReplies(CounterCommands, [[(r) => r.incrbyfloat('k', 1), '10.5', '10.5']]);
