import { ReplyError } from '../../errors.js';
import type { NodeClient } from '../node-connections.js';
import type { AdminNode } from '../state/cluster-state.js';

/** The version of the format that each node writes, by its id, as far as it is known. */
export type RdbVersions = ReadonlyMap<string, number>;

/** Valkey from 9 on writes 80 and leaves 12 to 79 to Redis: RDB_FOREIGN_VERSION_MIN and _MAX in Valkey's src/rdb.h. */
const FOREIGN_MIN = 12;
const FOREIGN_MAX = 79;
/** Two bytes of version and eight of a checksum end a payload: https://redis.io/docs/latest/commands/dump/ */
const FOOTER_BYTES = 10;

/**
 * Asks a server for the version of its format. The payload of FUNCTION DUMP ends as that of DUMP does and changes nothing, and even a server
 * without functions and keys has one. Null: it may not be asked.
 */
export async function readRdbVersion(connections: NodeClient, { address }: AdminNode): Promise<number | null> {
  if (address === null) return null;
  try {
    const dump = await connections.send(address, ['FUNCTION', 'DUMP'], { buffers: true });
    return Buffer.isBuffer(dump) && dump.length >= FOOTER_BYTES ? dump.readUInt16LE(dump.length - FOOTER_BYTES) : null;
  } catch (error) {
    if (error instanceof ReplyError) return null;
    throw error;
  }
}

/** Whether one server can restore what another has written; null: unknown. */
export function canRead(reader: AdminNode, writer: AdminNode, versions: RdbVersions): boolean | null {
  const [read, written] = [versions.get(reader.id), versions.get(writer.id)];
  // https://valkey.io/topics/rdb/: with `relaxed` a server tries to read what it does not know.
  if (read === undefined || written === undefined || reader.facts?.config.get('rdb-version-check') === 'relaxed') return null;
  return written <= read && !(read > FOREIGN_MAX && written >= FOREIGN_MIN && written <= FOREIGN_MAX);
}
