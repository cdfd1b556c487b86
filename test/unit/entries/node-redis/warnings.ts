/** What is warned of while a function runs. */
export async function warningsOf(run: () => unknown): Promise<string[]> {
  const warnings: string[] = [];
  const note = (warning: Error): void => void warnings.push(warning.message);
  process.on('warning', note);
  run();
  // Warnings are emitted in the next tick.
  await new Promise((resolve) => process.nextTick(() => process.nextTick(resolve)));
  process.off('warning', note);
  return warnings;
}
