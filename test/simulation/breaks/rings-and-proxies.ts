import type { Break } from './break.js';

/** Members of rings, and proxies in front of servers. */
export const ringAndProxyBreaks: readonly Break[] = [
  {
    name: 'ejected-member-stays-out',
    harm: 'A member of a ring that was down once is never used again, until the client is made anew.',
    file: 'lib/topology/ring/ring-monitor.ts',
    find: 'member.ejected = false;',
    replace: '',
    tests: ['test/unit/topology/ring'],
    kind: 'ring',
  },
  {
    name: 'removed-member-looked-at',
    harm: 'A member that was taken out of a ring is probed for ever, also after close(): the process does not end.',
    file: 'lib/topology/ring/ring-monitor.ts',
    find: 'monitor.stop();\n      this.#ejection.forget(name);',
    replace: 'this.#ejection.forget(name);',
    tests: ['test/unit/topology/ring'],
    kind: 'ring',
  },
  {
    name: 'keys-of-an-ejected-member-wait',
    harm: 'Calls that wait for a member when it is ejected go on waiting for it, though its keys are elsewhere.',
    file: 'lib/client/nodes/deployment.ts',
    find: "if (isPlacedAnew === true) this.bus.emit('callsReturned', this.nodes.giveBack());",
    replace: '',
    tests: ['test/unit/client/nodes'],
    kind: 'ring',
  },
  {
    name: 'replica-behind-a-proxy-believed',
    harm: 'After a failover behind proxies the client asks by connections from before, and finds the old primary there for ever.',
    file: 'lib/topology/single/ask-server.ts',
    find: 'if (!asked.isReplica) return asked;',
    replace: "if (asked.mode !== 'sentinel') return asked;",
    tests: ['test/unit/topology/endpoints', 'test/unit/topology/single'],
    kind: 'endpoints',
  },
  {
    name: 'part-taken-for-the-whole',
    harm: 'A proxy that could not pass on a part of MSET is sent all of it again: the other part is written twice.',
    file: 'lib/routing/proxies/proxy-errors.ts',
    find: 'if (!saysNothingRan || !this.#mayHaveSplit(spec, args)) return own;',
    replace: 'if (own !== null || !saysNothingRan || !this.#mayHaveSplit(spec, args)) return own;',
    tests: ['test/unit/routing/proxies'],
    kind: 'endpoints',
  },
  {
    name: 'failed-endpoint-asked-first',
    harm: 'A client asks the proxy that has just failed first, and waits for it, each time that it looks.',
    file: 'lib/topology/endpoints/resolver.ts',
    find: 'if (chosen === undefined || this.#isFailing(chosen.key) || this.#isRebalancing) return order;',
    replace: 'if (chosen === undefined || this.#isRebalancing) return order;',
    tests: ['test/unit/topology/endpoints'],
    kind: 'endpoints',
  },
];
