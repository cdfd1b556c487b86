/** The command's signal fired. */
export class AbortError extends Error {
  constructor(options?: ErrorOptions) {
    super('The command was aborted', options);
  }
}

/** A watched key was changed: the transaction did not run. */
export class WatchError extends Error {
  constructor(message = 'One (or more) of the watched keys has been changed', options?: ErrorOptions) {
    super(message, options);
  }
}

export class ConnectionTimeoutError extends Error {
  constructor(options?: ErrorOptions) {
    super('Connection timeout', options);
  }
}

export class SocketTimeoutError extends Error {
  constructor(timeout: number, options?: ErrorOptions) {
    super(`Socket timeout timeout. Expecting data, but didn't receive any in ${timeout}ms.`, options);
  }
}

export class ClientClosedError extends Error {
  constructor(options?: ErrorOptions) {
    super('The client is closed', options);
  }
}

/** With `disableOfflineQueue`: the client is not ready. */
export class ClientOfflineError extends Error {
  constructor(options?: ErrorOptions) {
    super('The client is offline', options);
  }
}

/** `destroy()` was called while the command was under way. */
export class DisconnectsClientError extends Error {
  constructor(options?: ErrorOptions) {
    super('Disconnects client', options);
  }
}

/** The connection broke while the command was under way: it may have run. `cause.executed` says what is known. */
export class SocketClosedUnexpectedlyError extends Error {
  constructor(options?: ErrorOptions) {
    super('Socket closed unexpectedly', options);
  }
}

export class RootNodesUnavailableError extends Error {
  constructor(options?: ErrorOptions) {
    super('All the root nodes are unavailable', options);
  }
}

/** `reconnectStrategy` gave this error: the client has ended. */
export class ReconnectStrategyError extends Error {
  constructor(
    readonly originalError: Error,
    readonly socketError: unknown,
  ) {
    super(originalError.message, { cause: originalError });
  }
}

/** Error that a server answered with. */
export class ErrorReply extends Error {}
export class SimpleError extends ErrorReply {}
export class BlobError extends ErrorReply {}

/** The deadline of the command passed. */
export class TimeoutError extends Error {}

/** Some commands of a batch failed: `replies` has the errors in their places, `errorIndexes` names these. */
export class MultiErrorReply extends ErrorReply {
  constructor(
    readonly replies: readonly unknown[],
    readonly errorIndexes: readonly number[],
  ) {
    super(`${errorIndexes.length} commands failed, see .replies and .errorIndexes for more information`);
  }

  *errors(): Generator<ErrorReply, void, unknown> {
    for (const index of this.errorIndexes) yield this.replies[index] as ErrorReply; // as `errorIndexes` says
  }
}

/** This entry does not have what was called. The message says what to do. */
export class NotSupportedError extends Error {}
