import { parseNodes } from '../../../../lib/topology/cluster/replies.js';
import { buildView, type ClusterView } from '../../../../lib/topology/cluster/view.js';
import { at } from '../nodes.js';

/**
 * A view from lines `<port> <flags> <primary's port or -> <epoch> <slots …>`; the node's id is its port, unless the line begins `id@port`.
 */
export function clusterView(...lines: readonly string[]): ClusterView {
  const text = lines.map((line) => {
    const [name = '', flags = '', primary = '-', epoch = '0', ...slots] = line.split(' ');
    const [id = '', place] = name.includes('@') ? name.split('@') : [name, name];
    const address = place?.includes(':') ? place : `127.0.0.1:${place}`;
    return `${id} ${address}@1 ${flags} ${primary} 0 0 ${epoch} connected ${slots.join(' ')}`;
  });
  return buildView(at(7000), [], parseNodes(text.join('\n')));
}
