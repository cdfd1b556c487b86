/** The stack of the place that calls `method`, for the errors of what it issues. */
export function callersStack(method: (...args: never) => unknown): Error {
  const issued = new Error();
  Error.captureStackTrace(issued, method);
  return issued;
}

/** The error with the stack of the place that issued the command. */
export function withCallersStack(error: unknown, issued: Error): unknown {
  if (!(error instanceof Error) || error.stack === undefined || issued.stack === undefined) return error;
  const [title = ''] = error.stack.split('\n', 1);
  const frames = issued.stack.indexOf('\n');
  error.stack = frames === -1 ? title : title + issued.stack.slice(frames);
  return error;
}
