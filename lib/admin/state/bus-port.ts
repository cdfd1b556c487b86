import { connect } from '../../runtime/runtime.js';

const DEFAULT_TIMEOUT_MS = 2_000;

/**
 * Why no TCP connection to a port is to be had; null: there is one. Says nothing, because a cluster bus (by default the data port + 10000)
 * answers only to nodes. https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#the-cluster-bus
 */
export function connectFailure(
  { host, port }: { readonly host: string; readonly port: number },
  timeoutMs = DEFAULT_TIMEOUT_MS,
  stop?: AbortSignal,
): Promise<string | null> {
  return new Promise((resolve) => {
    if (stop?.aborted === true) {
      resolve('stopped');
      return;
    }
    const socket = connect({ host, port });
    const end = (failure: string | null): void => {
      stop?.removeEventListener('abort', onStop);
      socket.destroy();
      resolve(failure);
    };
    const onStop = (): void => end('stopped');
    stop?.addEventListener('abort', onStop, { once: true });
    // A second event of the socket settles nothing again.
    socket.once('connect', () => end(null));
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
    socket.setTimeout(timeoutMs, () => end(`no answer in ${timeoutMs} ms`));
  });
}
