import type { NodeRef } from '../plans/steps.js';
import { count } from '../slot-list.js';
import type { NodeView } from '../state/cluster-state.js';

/** Why no TCP connection to a port is to be had; null: there is one. */
type ConnectFailure = (address: { readonly host: string; readonly port: number }) => Promise<string | null>;

/**
 * Which nodes do not know which others yet; null: all know all. A node that all pairs have in common is named alone, with what is wrong with
 * its bus port as seen from here.
 */
export async function strangersText(
  views: ReadonlyMap<string, NodeView>,
  nodes: readonly NodeRef[],
  connectFailure: ConnectFailure,
): Promise<string | null> {
  const silent = nodes.filter(({ id }) => !views.has(id));
  if (silent.length > 0) return `${namesOf(silent)} cannot be asked`;
  const pairs = nodes.flatMap((node) =>
    nodes.filter(({ id }) => views.get(node.id)?.known.has(id) !== true).map((other) => [node, other] as const),
  );
  if (pairs.length === 0) {
    const busy = nodes.filter(({ id }) => (views.get(id)?.strangers ?? 0) > 0);
    return busy.length === 0 ? null : `${namesOf(busy)} ${busy.length === 1 ? 'is' : 'are'} still introducing themselves to newcomers`;
  }
  const common = nodes.filter((node) => pairs.every((pair) => pair.includes(node)));
  if (common.length === 0) {
    const [first] = pairs;
    const more = pairs.length > 1 ? ` (and ${count(pairs.length - 1, 'more pair')})` : '';
    return first === undefined ? null : `${first[0].name} does not know ${first[1].name} yet${more}`;
  }
  const looks = await Promise.all(
    common.map(async (node) => ({ node, failure: await connectFailure({ host: node.peer.host, port: node.peer.busPort }) })),
  );
  const closed = looks.find(({ failure }) => failure !== null);
  const named = closed?.node ?? common[0];
  const others = [...new Set(pairs.flat())].filter((node) => node !== named);
  const port =
    closed === undefined
      ? ''
      : `: port ${closed.node.peer.busPort} (cluster bus) of ${closed.node.name} cannot be reached from here either (${closed.failure})`;
  return `${named?.name} and ${namesOf(others)} do not know each other yet${port}`;
}

function namesOf(nodes: readonly NodeRef[]): string {
  const names = nodes.map(({ name }) => name);
  return names.length > 4 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} others` : names.join(', ');
}
