import assert from 'node:assert/strict';
import sinon from 'sinon';
import { type AuthError, TopologyError } from '../../../lib/errors.js';
import type { TopologyOptions } from '../../../lib/options/topology.js';
import { describeTopology } from './describe-topology.js';
import { type Script, ScriptedServers } from './scripted-servers.js';

/** What a first probe of scripted servers finds. */
export interface ResolverCase {
  readonly name: string;
  readonly topology: TopologyOptions;
  readonly servers: Readonly<Record<string, Script>>;
  /** The snapshot, or the error that the probe rejects with; `asked`: the nodes among its causes. */
  readonly expected: readonly string[] | { readonly code: string; readonly message?: RegExp; readonly asked?: readonly string[] };
  /** Code of the problem in the snapshot. */
  readonly problem?: string;
}

/** Fake timers for every test of the suite it is called in. */
export function useFakeTimers(): () => sinon.SinonFakeTimers {
  let time: sinon.SinonFakeTimers;
  beforeEach(() => {
    time = sinon.useFakeTimers();
  });
  afterEach(() => time.restore());
  return () => time;
}

/** One test for each case, inside of a suite with fake timers. */
export function testFirstProbe(cases: readonly ResolverCase[], time: () => sinon.SinonFakeTimers): void {
  for (const { name, topology, servers, expected, problem } of cases) {
    it(`finds ${name}`, async () => {
      const resolver = new ScriptedServers(servers).resolver({ topology });
      const outcome = resolver.probe(null).catch((error: unknown) => error as TopologyError | AuthError);
      await time().tickAsync(10_000);
      const result = await outcome;
      if (result instanceof Error) {
        assert.ok('code' in expected, `rejected with ${result.message}`);
        assert.equal(result.code, expected.code);
        if (expected.message !== undefined) assert.match(result.message, expected.message);
        if (expected.asked !== undefined) {
          assert.ok(result instanceof TopologyError);
          assert.deepEqual(result.causes.map((cause) => cause.node).sort(), expected.asked);
        }
      } else {
        assert.deepEqual(describeTopology(result), expected);
        assert.equal(result.problem?.code, problem);
      }
      assert.equal(time().countTimers(), 0, 'no timer is left');
    });
  }
}
