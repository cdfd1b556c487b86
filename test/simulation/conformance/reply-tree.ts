/** A reply as it is on the wire, in a form that can be compared and read. */
export interface ReplyTree {
  /** First byte: https://redis.io/docs/latest/develop/reference/protocol-spec/ */
  readonly type: string;
  readonly text: string;
  /** Of aggregates; of a map key and value in turn. null: none, or a null array. */
  readonly items: readonly ReplyTree[] | null;
}

const COMPARED: Readonly<Record<string, string>> = { '*': '[]', '>': '>[]', '~': '~{}', '%': '%{}' };

/** One reply from the start of the text, and where it ends; null: it has not come as a whole. */
export function parseTree(text: string, at = 0): { readonly tree: ReplyTree; readonly next: number } | null {
  const end = text.indexOf('\r\n', at);
  if (end < 0) return null;
  const type = text[at] ?? '';
  const line = text.slice(at + 1, end);
  const next = end + 2;
  if (type === '$' || type === '=') {
    const length = Number(line);
    if (length < 0) return { tree: { type: '_', text: 'bulk', items: null }, next };
    if (text.length < next + length + 2) return null;
    return { tree: { type, text: text.slice(next, next + length), items: null }, next: next + length + 2 };
  }
  if (COMPARED[type] === undefined) return { tree: { type, text: line, items: null }, next };
  const count = Number(line) * (type === '%' ? 2 : 1);
  if (count < 0) return { tree: { type: '_', text: 'array', items: null }, next };
  const items: ReplyTree[] = [];
  let position = next;
  while (items.length < count) {
    const item = parseTree(text, position);
    if (item === null) return null;
    items.push(item.tree);
    position = item.next;
  }
  return { tree: { type, text: '', items }, next: position };
}

/** How two servers' replies are compared. */
export type Comparison = 'exact' | 'sorted' | 'type' | 'fields' | 'facts';

/**
 * `sorted`: members in any order; `type`: only of which type it is; `fields`: names of `name=value`, and of `name:value` at the start of lines;
 * `facts`: of commands, without categories.
 */
export function printTree(tree: ReplyTree, how: Comparison = 'exact'): string {
  const { type, items } = tree;
  if (how === 'facts' && items?.[0]?.text.startsWith('@') === true) return type === '~' ? '~{}' : '[]';
  if (how === 'type' && !'-_'.includes(type)) return type;
  if (items !== null) {
    const [open = '', close = ''] = [COMPARED[type]?.slice(0, -1), COMPARED[type]?.slice(-1)];
    const texts = type === '%' ? pairsOf(items, how) : items.map((item) => printTree(item, how));
    return `${open}${(how === 'sorted' || how === 'facts' || type === '~' || type === '%' ? [...texts].sort() : texts).join(', ')}${close}`;
  }
  const text = how === 'fields' ? tree.text.replace(/=[^ ,\n]*/g, '=').replace(/^(\w+):.*$/gm, '$1:') : tree.text;
  return type === '$' ? JSON.stringify(text) : `${type}${text}`;
}

function pairsOf(items: readonly ReplyTree[], how: Comparison): string[] {
  const pairs: string[] = [];
  for (let at = 0; at < items.length; at += 2) {
    pairs.push(
      items
        .slice(at, at + 2)
        .map((item) => printTree(item, how))
        .join(': '),
    );
  }
  return pairs;
}
