import { thrownText } from '../../util/user-function.js';
import type { NodeRef } from '../plans/steps.js';
import type { AdminNode, ClusterState, NodeView } from '../state/cluster-state.js';

/** Asks one server alone. Rejects if it does not answer. */
export type ReadServer = (node: NodeRef) => Promise<ClusterState>;

/** What some nodes say of themselves at one moment, and of the others. Those that could not be asked are not reachable. */
export async function lookAt(read: ReadServer, refs: readonly NodeRef[]): Promise<ClusterState> {
  const nodes = new Map<string, AdminNode>();
  const views = new Map<string, NodeView>();
  const failures = new Map<string, string>();
  const states = await Promise.all(
    refs.map(async (ref) => {
      try {
        return { ref, state: await read(ref) };
      } catch (error) {
        failures.set(ref.id, thrownText(error));
        return null;
      }
    }),
  );
  const answered = states.filter((each) => each !== null);
  for (const { state } of answered) {
    for (const [id, node] of state.nodes) if (node.reachable) nodes.set(id, node);
    for (const [id, view] of state.views) views.set(id, view);
  }
  for (const { ref, state } of answered) {
    // Another server at the node's address says nothing of the node.
    if (!state.views.has(ref.id)) failures.set(ref.id, 'another server answers at its address');
    for (const [id, node] of state.nodes) if (!nodes.has(id)) nodes.set(id, { ...node, problem: failures.get(id) ?? node.problem });
  }
  for (const ref of refs) if (!nodes.has(ref.id)) nodes.set(ref.id, absentNode(ref, failures.get(ref.id) ?? 'it did not answer'));
  return { nodes, views };
}

function absentNode({ id, name, address, peer }: NodeRef, problem: string): AdminNode {
  return {
    id,
    name,
    address,
    aliases: [name],
    peer,
    role: 'primary',
    primaryId: null,
    slots: [],
    epoch: 0,
    migrating: new Map(),
    importing: new Map(),
    keys: 0,
    keysKnown: false,
    databases: [],
    reachable: false,
    problem,
    flags: [],
    facts: null,
    jobs: [],
  };
}
