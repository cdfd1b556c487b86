import { ReplyError } from '../../errors.js';
import { fieldOf, infoOf, textOf } from '../../topology/replies.js';
import { AdminError } from '../admin-error.js';
import { keysByDatabase } from '../health/info-fields.js';
import { count } from '../slot-list.js';
import type { KeyStore, StoreMember } from './key-store.js';

/**
 * Looks at the sources before a move. Resolves with what the operator should know. `viaMigrate`: the sources themselves connect to the
 * targets; throws an `AdminError` where they could not.
 */
export async function lookBefore(from: KeyStore, to: KeyStore, viaMigrate: boolean): Promise<string[]> {
  const notes = await Promise.all(from.members.map((source) => lookAt(source, from, to, viaMigrate)));
  return notes.flat();
}

async function lookAt(source: StoreMember, from: KeyStore, to: KeyStore, viaMigrate: boolean): Promise<string[]> {
  const { name, redis } = source;
  const notes: string[] = [];
  const databases = [...keysByDatabase(infoOf(await redis.info('keyspace')))].filter(([number]) => number !== from.database);
  const others = databases.reduce((sum, [, keys]) => sum + keys, 0);
  if (others > 0) notes.push(`${name} has ${count(others, 'key')} in other databases than ${from.database}, which stay there`);
  if (!viaMigrate || !to.isTls) return notes;
  // A source uses TLS towards others where its cluster does: https://github.com/redis/redis/blob/7.0/src/cluster.c (`migrateGetSocket`)
  const setting = await redis.call('CONFIG', 'GET', 'tls-cluster').catch((error: unknown) => {
    if (error instanceof ReplyError) return null;
    throw error;
  });
  const value = textOf(fieldOf(setting, 'tls-cluster')) ?? textOf((setting as { readonly 'tls-cluster'?: string } | null)?.['tls-cluster']);
  if (value === null) notes.push(`whether ${name} uses TLS towards the targets is not known: it does where its tls-cluster is on`);
  else if (value !== 'yes') {
    throw new AdminError(
      `the targets want TLS, and ${name} would send its keys without: CONFIG SET tls-cluster yes there, or move the keys through here: --via client`,
    );
  }
  return notes;
}
