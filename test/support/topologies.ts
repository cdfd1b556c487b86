import { kinds, RunningTopology, serverKinds, starters, startTopology, type TopologyKind } from './running-topology.js';
import { tolerateHook } from './tolerated-hooks.js';

export { kinds, RunningTopology, serverKinds, startTopology, type TopologyKind };

const sharedTopologies = new Map<TopologyKind, Promise<RunningTopology>>();

/** The servers that all suites of this run use, started by the first that asks. They end with the run. Do them no harm. */
export function sharedTopology(kind: TopologyKind): Promise<RunningTopology> {
  let topology = sharedTopologies.get(kind);
  if (topology === undefined) {
    topology = starters[kind]({ shared: true }).then((group) => new RunningTopology(kind, group));
    sharedTopologies.set(kind, topology);
  }
  return topology;
}

/** The kinds this run is about: all, or those of `TOPOLOGIES=cluster,sentinel`. */
export function chosenKinds(text = process.env.TOPOLOGIES): readonly TopologyKind[] {
  if (text === undefined || text === '') return kinds;
  return text.split(',').map((name) => {
    const kind = kinds.find((known) => known === name.trim());
    if (kind === undefined) throw new Error(`TOPOLOGIES: no topology is called ${name.trim()}; there are ${kinds.join(', ')}`);
    return kind;
  });
}

/** A topology as the tests of one suite see it: the shared servers, once its hooks ran. */
export interface SuiteTopology extends Pick<RunningTopology, 'createOptions' | 'primaries' | 'replicas' | 'flush'> {
  readonly kind: TopologyKind;
  readonly running: RunningTopology;
  /** Another one of the same kind, for tests that break servers. Whoever starts it stops it. */
  fresh(): Promise<RunningTopology>;
}

/**
 * One mocha suite for each topology, on shared servers that are empty before each test.
 *
 * @example
 * forEachTopology((t) => {
 *   it('reads what it wrote', async () => {
 *     await using redis = createClient({ topology: t.createOptions() });
 *   });
 * });
 */
export function forEachTopology(define: (topology: SuiteTopology) => void, only: readonly TopologyKind[] = kinds): void {
  for (const kind of chosenKinds()) {
    if (!only.includes(kind)) continue;
    describe(`on ${kind}`, () => {
      let running: RunningTopology | undefined;
      const started = (): RunningTopology => {
        if (running === undefined) throw new Error('the servers run only while tests run, not while suites are defined');
        return running;
      };
      before(
        'start the servers',
        tolerateHook(async function (this: Mocha.Context) {
          this.timeout(60_000);
          running = await sharedTopology(kind);
        }),
      );
      beforeEach('empty the servers', () => started().flush());
      define({
        kind,
        get running() {
          return started();
        },
        createOptions: () => started().createOptions(),
        primaries: () => started().primaries(),
        replicas: () => started().replicas(),
        flush: () => started().flush(),
        fresh: () => startTopology(kind),
      });
    });
  }
}
