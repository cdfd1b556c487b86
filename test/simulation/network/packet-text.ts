/** Texts of packets for a trace. Parts of commands and replies are shown as far as they are there. */

/** Commands and replies of a packet that are shown. */
const MOST = 6;
/** Characters of one of them. */
const LONGEST = 72;

/** What a client sends: `SET key value | GET key`. */
export function commandsText(bytes: Uint8Array): string {
  return joined(itemsOf(bytes), (item) => (item.children === null ? item.text : item.children.map(({ text }) => text).join(' ')));
}

/** What a server sends: `OK | "value" | [1, 2]`. */
export function repliesText(bytes: Uint8Array): string {
  return joined(itemsOf(bytes), replyText);
}

interface Item {
  readonly type: string;
  readonly text: string;
  readonly children: readonly Item[] | null;
}

function joined(items: readonly Item[], text: (item: Item) => string): string {
  const shown = items.slice(0, MOST).map((item) => {
    const whole = text(item).replace(/[^\x20-\x7e]/g, '.');
    return whole.length > LONGEST ? `${whole.slice(0, LONGEST)}…` : whole;
  });
  return shown.join(' | ') + (items.length > MOST ? ` | and ${items.length - MOST} more` : '');
}

function replyText({ type, text, children }: Item): string {
  if (children !== null) return `${type === '>' ? 'push ' : ''}[${children.map(replyText).join(', ')}]`;
  if (type === '$') return `"${text}"`;
  if (type === '-') return `error ${text}`;
  return type === '_' ? 'null' : text;
}

function itemsOf(bytes: Uint8Array): Item[] {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 4_096)).toString('latin1');
  const items: Item[] = [];
  for (let at = 0; at < all.length; ) {
    const [item, next] = itemAt(all, at);
    items.push(item);
    at = next;
  }
  return items;
}

function itemAt(all: string, at: number): [Item, number] {
  const type = all[at] ?? '';
  const lineEnd = all.indexOf('\r\n', at);
  // A packet may begin or end in the middle of anything.
  if (!'*%~>$+-:,_#(=!'.includes(type) || lineEnd < 0) {
    const end = lineEnd < 0 ? all.length : lineEnd + 2;
    return [{ type: 'part', text: `...${all.slice(at, end).trimEnd()}`, children: null }, end];
  }
  const header = all.slice(at + 1, lineEnd);
  let next = lineEnd + 2;
  if (type === '$' || type === '=' || type === '!') {
    const length = Number(header);
    if (!(length >= 0)) return [{ type: '_', text: 'null', children: null }, next];
    return [{ type: type === '!' ? '-' : '$', text: all.slice(next, next + length), children: null }, next + length + 2];
  }
  if (!'*%~>'.includes(type)) return [{ type, text: header, children: null }, next];
  if (Number(header) < 0) return [{ type: '_', text: 'null', children: null }, next];
  const children: Item[] = [];
  for (let left = Number(header) * (type === '%' ? 2 : 1); left > 0 && next < all.length; left--) {
    const [child, after] = itemAt(all, next);
    children.push(child);
    next = after;
  }
  return [{ type, text: '', children }, next];
}
