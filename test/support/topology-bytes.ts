// Prints how many bytes the topology of a simulated cluster takes. A program of its own, to be run with `--expose-gc`: the heap of a test
// run shrinks and grows by more than that.
import { repliesOf, resolve } from './resolved-cluster.js';
import { SimulatedCluster } from './simulated-cluster.js';

const cluster = new SimulatedCluster({ nodes: Number(process.argv[2]), rangesEach: 2 });
const COUNT = 10;

function heapBytes(): number {
  for (let i = 0; i < 3; i++) globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const kept = [resolve(repliesOf(cluster))];
const before = heapBytes();
for (let i = 0; i < COUNT; i++) kept.push(resolve(repliesOf(cluster)));
const after = heapBytes();
if (globalThis.gc === undefined || kept.length !== COUNT + 1) throw new Error('run it with --expose-gc');
console.log((after - before) / COUNT);
