import { AuthError, TopologyError } from '../../errors.js';
import { type Address, addressKey } from '../../options/address.js';
import type { Raw } from '../../protocol/command-spec.js';
import type { NodeRules } from '../node-rules.js';
import { failure } from '../probe-error.js';
import { listOf, MODE_COMMANDS, modeOf } from '../replies.js';
import type { ControlChannel, Resolver } from '../resolver-api.js';
import { makeTopology, type TopologySnapshot } from '../snapshot.js';

/**
 * One server at a fixed address: nothing is to be found, only verified, as far as the ACL lets us ask. Behind a virtual IP the role may change
 * from probe to probe.
 */
export class SingleResolver implements Resolver {
  readonly #address: Address;
  readonly #rules: NodeRules;
  readonly #firstTimeoutMs: number;

  constructor(address: Address, rules: NodeRules, firstTimeoutMs: number) {
    this.#address = address;
    this.#rules = rules;
    this.#firstTimeoutMs = firstTimeoutMs;
  }

  async probe(asker: ControlChannel, previous: TopologySnapshot | null): Promise<TopologySnapshot> {
    const node = addressKey(this.#address);
    const ask = (): Promise<Raw[]> =>
      asker
        .send(this.#address, [...MODE_COMMANDS, ['ROLE']], previous === null ? { timeoutMs: this.#firstTimeoutMs } : {})
        .catch((error: unknown) => {
          if (error instanceof AuthError) throw error;
          throw failure('ERR_PRIMARY_UNREACHABLE', `${node} is not reachable`, [{ node, error }]);
        });
    let [hello, info, role] = await ask();
    // https://redis.io/docs/latest/commands/role/ — unknown (no permission) counts as a primary: then its READONLY tells.
    if (listOf(role)[0] === 'slave') {
      // The connection may lead to a server that the address has left.
      asker.forget?.(this.#address);
      [hello, info, role] = await ask();
    }
    const mode = modeOf(hello, info);
    if (mode === 'sentinel') {
      throw new TopologyError('ERR_IS_A_SENTINEL', `${node} is a sentinel, not a data server: use sentinel([…], 'name')`, [], { node });
    }
    if (mode === 'cluster') {
      throw new TopologyError('ERR_IS_A_CLUSTER', `${node} is a node of a cluster: use cluster([…])`, [], { node });
    }
    const isReplica = listOf(role)[0] === 'slave';
    const self = this.#rules.node({
      id: null,
      address: this.#address,
      names: [],
      role: isReplica ? 'replica' : 'primary',
      usable: true,
      replicaOf: null,
      depth: isReplica ? 1 : 0,
      priority: 100,
    });
    return makeTopology('single', [{ primary: self, replicas: isReplica ? [self] : [] }], null);
  }
}
