const warned = new Set<string>();

/**
 * Warns that an option of the other client cannot be honoured: once a name in the life of the process, as a process warning with the code
 * `SLOTWISE_OPTION`. `entry`: whose option it is.
 */
export function warnOnce(entry: string, option: string, why: string): void {
  const name = `${entry}: ${option}`;
  if (warned.has(name)) return;
  warned.add(name);
  process.emitWarning(`slotwise/${name}: ${why}`, { code: 'SLOTWISE_OPTION' });
}
