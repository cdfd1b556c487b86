import { type Address, addressKey } from '../../options/address.js';
import type { Raw } from '../../protocol/command-spec.js';
import { checkDataServer, failure, isRefusedAccess } from '../probe-error.js';
import { listOf, MODE_COMMANDS, modeOf } from '../replies.js';
import type { ProbeFocus, ReplicaListener, Resolver, ResolverContext } from '../resolver-api.js';
import { makeTopology, type TopologySnapshot } from '../snapshot.js';

/**
 * Resolver of one server at a fixed address: nothing is to be found, only verified, as far as the ACL lets us ask. Behind a virtual IP the
 * role may change from probe to probe.
 */
export class SingleResolver implements Resolver {
  readonly #context: ResolverContext;
  readonly #address: Address;

  constructor(context: ResolverContext, address: Address) {
    this.#context = context;
    this.#address = address;
  }

  async probe(previous: TopologySnapshot | null, _?: ProbeFocus, onReplica?: ReplicaListener): Promise<TopologySnapshot> {
    const { control, rules, firstTimeoutMs } = this.#context;
    const node = addressKey(this.#address);
    const ask = (): Promise<Raw[]> =>
      control
        .send(this.#address, [...MODE_COMMANDS, ['ROLE']], previous === null ? { timeoutMs: firstTimeoutMs } : {})
        .catch((error: unknown) => {
          if (isRefusedAccess(error)) throw error;
          throw failure('ERR_PRIMARY_UNREACHABLE', `${node} is not reachable`, [{ node, error }]);
        });
    let [hello, info, role] = await ask();
    // https://redis.io/docs/latest/commands/role/ — unknown (no permission) counts as a primary: then its READONLY tells.
    if (listOf(role)[0] === 'slave') {
      // The connection may lead to a server that the address has left.
      onReplica?.(node);
      control.forget?.(this.#address);
      [hello, info, role] = await ask();
    }
    checkDataServer(node, modeOf(hello, info));
    const isReplica = listOf(role)[0] === 'slave';
    const self = rules.node({
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
