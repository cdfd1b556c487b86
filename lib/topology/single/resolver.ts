import { type Address, addressKey } from '../../options/address.js';
import { checkDataServer, failure, isRefusedAccess } from '../probe-error.js';
import type { ProbeFocus, ReplicaListener, Resolver, ResolverContext } from '../resolver-api.js';
import { makeTopology, type TopologySnapshot } from '../snapshot.js';
import { askServerAnew } from './ask-server.js';

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
    const options = previous === null ? { timeoutMs: firstTimeoutMs } : {};
    const asked = askServerAnew(control, this.#address, options, () => onReplica?.(node));
    const { isReplica, mode } = await asked.catch((error: unknown) => {
      if (isRefusedAccess(error)) throw error;
      throw failure('ERR_PRIMARY_UNREACHABLE', `${node} is not reachable`, [{ node, error }]);
    });
    checkDataServer(node, mode);
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
