/** Names of options in other clients, with ours. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  commandTimeout: 'timeoutMs',
  socketTimeout: 'timeoutMs',
  requestTimeout: 'timeoutMs',
  connectTimeout: 'connectTimeoutMs',
  connectionName: 'clientName',
  name: 'clientName',
  user: 'username',
  pass: 'password',
  db: 'database',
  host: 'topology',
  port: 'topology',
  url: 'topology',
  socket: 'topology',
  sentinels: 'topology',
  rootNodes: 'topology',
  natMap: 'addressMap',
  nodeAddressMap: 'addressMap',
  keepAlive: 'keepAliveMs',
  scaleReads: 'reads',
  readFrom: 'reads',
  readPreference: 'reads',
  useReplicas: 'reads',
  retryStrategy: 'reconnect',
  reconnectStrategy: 'reconnect',
  RESP: 'protocol',
  ssl: 'tls',
};

/** The second half of the message about an unknown name: the known name that is meant, or all of them. */
export function suggest(name: string, known: readonly string[]): string {
  const other = Object.hasOwn(OTHER_NAMES, name) ? OTHER_NAMES[name] : undefined;
  if (other !== undefined && known.includes(other)) return `did you mean ${other}?`;
  const [nearest] = known
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= Math.max(1, Math.floor(candidate.length / 3)))
    .sort((a, b) => a.distance - b.distance);
  return nearest === undefined ? `known are ${known.join(', ')}` : `did you mean ${nearest.candidate}?`;
}

/** Insertions, deletions and replacements between two words (Levenshtein), one row of the table at a time. */
function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(replaced, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
    }
    above = row;
  }
  return above[b.length] ?? 0;
}
