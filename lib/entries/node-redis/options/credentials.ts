import type { Credentials } from '../../../index.js';
import type { BasicAuth, CredentialsProvider, StreamingCredentialsProvider } from './types.js';

/** The library's source of credentials that stands for a provider of node-redis. */
export interface CredentialSource {
  (): Promise<Credentials>;
  /** Called when the provider gave new credentials: live connections have to log in again. */
  onRenewed?: () => Promise<void>;
}

export function credentialsOf(provider: CredentialsProvider): CredentialSource {
  if (provider.type === 'streaming-credentials-provider') return streamed(provider);
  return async () => toCredentials(await provider.credentials());
}

/** Subscribes to the provider at the first connect, and for good: it says by itself when there are others. */
function streamed(provider: StreamingCredentialsProvider): CredentialSource {
  let current: Promise<BasicAuth> | null = null;
  const renew = async (credentials: BasicAuth): Promise<void> => {
    current = Promise.resolve(credentials);
    try {
      await source.onRenewed?.();
    } catch (error) {
      provider.onReAuthenticationError(error instanceof Error ? error : new Error(String(error)));
    }
  };
  const subscribe = async (): Promise<BasicAuth> => {
    const onNext = (credentials: BasicAuth): void => void renew(credentials);
    const [credentials] = await provider.subscribe({ onNext, onError: (error) => provider.onReAuthenticationError(error) });
    return credentials;
  };
  const source: CredentialSource = async () => {
    current ??= subscribe();
    try {
      return toCredentials(await current);
    } catch (error) {
      current = null;
      throw error;
    }
  };
  return source;
}

function toCredentials({ username, password = '' }: BasicAuth): Credentials {
  return username === undefined ? { password } : { username, password };
}
