/**
 * Times small synchronous functions: `micro('title', { 'case name': (i) => result, … })`.
 *
 * Samples of the cases are interleaved, so that a slow moment of the machine does not land on one of them; the median is printed beside the
 * fastest sample. Each case has its own copy of the loop, so that V8 inlines the case into it; 'empty' shows what is left of the loop itself.
 * A case that needs set-up closes over it, and takes `i` to walk through its inputs.
 */
const samples = 9;
const sampleMs = 40;

/** Results end up here, so that no case can be optimised away. */
export const sink = { value: undefined };

function loopOver(run) {
  return new Function('run', 'sink', 'return (n) => { let last; for (let i = 0; i < n; i += 1) last = run(i); sink.value = last; };')(
    run,
    sink,
  );
}

function timeMs(loop, iterations) {
  const start = performance.now();
  loop(iterations);
  return performance.now() - start;
}

/** How often the case runs in one sample; finding it out also warms the case up. */
function calibrate(loop) {
  let iterations = 1;
  for (;;) {
    const elapsed = timeMs(loop, iterations);
    if (elapsed >= sampleMs) return Math.ceil((iterations * sampleMs) / elapsed);
    iterations *= elapsed < sampleMs / 10 ? 8 : 2;
  }
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

export function micro(title, cases) {
  const timed = Object.entries({ empty: () => undefined, ...cases }).map(([name, run]) => {
    const loop = loopOver(run);
    return { name, loop, iterations: calibrate(loop), nanos: [] };
  });
  for (let round = 0; round < samples; round += 1) {
    for (const one of timed) one.nanos.push((timeMs(one.loop, one.iterations) * 1e6) / one.iterations);
  }
  const width = Math.max(...timed.map(({ name }) => name.length));
  console.log(`\n${title}\n${''.padEnd(width)}    ns/call    fastest`);
  for (const { name, nanos } of timed) {
    const cells = [median(nanos), Math.min(...nanos)].map((value) => value.toFixed(value < 100 ? 1 : 0).padStart(11));
    console.log(name.padEnd(width) + cells.join(''));
  }
  return Object.fromEntries(timed.map(({ name, nanos }) => [name, median(nanos)]));
}
