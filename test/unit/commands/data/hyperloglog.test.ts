import { HyperloglogCommands } from '../../../../lib/commands/data/hyperloglog.js';
import { describeWire } from '../recorder.js';

describeWire(HyperloglogCommands, [
  [(r) => r.pfadd('k'), 'PFADD k'],
  [(r) => r.pfadd('k', 'a'), 'PFADD k a'],
  [(r) => r.pfadd('k', ['a', 1, 2n]), 'PFADD k a 1 2'],
  [(r) => r.pfcount('k'), 'PFCOUNT k'],
  [(r) => r.pfcount(['a', 'b']), 'PFCOUNT a b'],
  [(r) => r.pfmerge('d'), 'PFMERGE d'],
  [(r) => r.pfmerge('d', ['a', 'b']), 'PFMERGE d a b'],
  [(r) => r.pfdebug('GETREG', 'k'), 'PFDEBUG GETREG k'],
  [(r) => r.pfselftest(), 'PFSELFTEST'],
]);
