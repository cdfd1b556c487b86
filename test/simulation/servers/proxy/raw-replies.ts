/** Types of replies that are a line. */
const LINES = '+-:';

/** Where the reply of RESP2 that begins here ends; -1: it has not come as a whole. */
export function endOfReply(text: string, at = 0): number {
  const end = text.indexOf('\r\n', at);
  if (end < 0) return -1;
  const type = text[at] ?? '';
  let next = end + 2;
  if (LINES.includes(type)) return next;
  const count = Number(text.slice(at + 1, end));
  if (type === '$') {
    if (count < 0) return next;
    return text.length < next + count + 2 ? -1 : next + count + 2;
  }
  if (type !== '*') throw new Error(`a proxy that speaks RESP2 was sent ${JSON.stringify(text.slice(at, at + 20))}`);
  for (let left = count; left > 0; left--) {
    next = endOfReply(text, next);
    if (next < 0) return -1;
  }
  return next;
}

/** The items of an array, as they are on the wire. */
export function itemsOf(array: string): string[] {
  const items: string[] = [];
  for (let at = array.indexOf('\r\n') + 2; at < array.length; ) {
    const next = endOfReply(array, at);
    items.push(array.slice(at, next));
    at = next;
  }
  return items;
}
