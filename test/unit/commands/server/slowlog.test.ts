import { SlowlogCommands } from '../../../../lib/commands/server/slowlog.js';
import { describeReplies, describeWire } from '../recorder.js';

describeWire(SlowlogCommands, [
  [(r) => r.slowlogGet(), 'SLOWLOG GET'],
  [(r) => r.slowlogGet(-1), 'SLOWLOG GET -1'],
  [(r) => r.slowlogLen(), 'SLOWLOG LEN'],
  [(r) => r.slowlogReset(), 'SLOWLOG RESET'],
  [(r) => r.slowlogHelp(), 'SLOWLOG HELP'],
  [(r) => r.commandlogGet(5, 'SLOW'), 'COMMANDLOG GET 5 SLOW'],
  [(r) => r.commandlogGet(5, 'LARGE-REPLY'), 'COMMANDLOG GET 5 LARGE-REPLY'],
  [(r) => r.commandlogGet(5, 'LARGE-REQUEST'), 'COMMANDLOG GET 5 LARGE-REQUEST'],
  [(r) => r.commandlogLen('LARGE-REQUEST'), 'COMMANDLOG LEN LARGE-REQUEST'],
  [(r) => r.commandlogLen('LARGE-REPLY'), 'COMMANDLOG LEN LARGE-REPLY'],
  [(r) => r.commandlogLen('SLOW'), 'COMMANDLOG LEN SLOW'],
  [(r) => r.commandlogReset('SLOW'), 'COMMANDLOG RESET SLOW'],
  [(r) => r.commandlogReset('LARGE-REPLY'), 'COMMANDLOG RESET LARGE-REPLY'],
  [(r) => r.commandlogReset('LARGE-REQUEST'), 'COMMANDLOG RESET LARGE-REQUEST'],
  [(r) => r.commandlogHelp(), 'COMMANDLOG HELP'],
]);

const entry = [7, 1700000000, 12, ['GET', 'a'], '127.0.0.1:5', 'me'];
const logged = { id: 7, timestamp: 1700000000, arguments: ['GET', 'a'], client: '127.0.0.1:5', name: 'me' };

describeReplies(SlowlogCommands, [
  [(r) => r.slowlogGet(), [], []],
  [(r) => r.slowlogGet(), [entry], [{ ...logged, microseconds: 12 }]],
  [(r) => r.commandlogGet(1, 'SLOW'), [entry], [{ ...logged, microseconds: 12 }]],
  [(r) => r.commandlogGet(1, 'LARGE-REQUEST'), [entry], [{ ...logged, bytes: 12 }]],
]);
