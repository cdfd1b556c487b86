/** Base64 as BullMQ writes the name of a queue. */
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * A key of the queue that the name of a connection tells: BullMQ calls those of a worker `<prefix>:<base64 of the queue>:w:<worker>`, those of
 * QueueEvents `<prefix>:<base64 of the queue>:qe`. In a cluster the connection goes to the primary of that key's slot, where the queue is.
 * Null: the name tells of no queue.
 */
export function keyOfName(name: string): string | null {
  const [own] = name.split(/:w:|:qe$/, 1);
  const at = own?.lastIndexOf(':') ?? -1;
  if (own === undefined || at === -1) return null;
  const encoded = own.slice(at + 1);
  if (!BASE64.test(encoded)) return null;
  return `${own.slice(0, at)}:${Buffer.from(encoded, 'base64').toString()}:marker`;
}

/** Whether it names a connection of QueueEvents. */
export function isOfEvents(name: string): boolean {
  return name.endsWith(':qe');
}
