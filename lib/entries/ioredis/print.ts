/** Callback that prints what it is called with. */
export function print(error: Error | null | undefined, reply?: unknown): void {
  console.log(error ? `Error: ${error}` : `Reply: ${reply}`);
}
