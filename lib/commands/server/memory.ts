import { command } from '../../protocol/catalog/specs.js';
import type { Raw } from '../../protocol/command-spec.js';
import { setField } from '../../protocol/resp/map-reply.js';
import { type Ok, toNumber, toObject } from '../decode.js';
import { CommandGroup, type Key } from '../group.js';
import type { IntegerOf, Out, TextOf } from '../mode.js';

const MEMORY_DOCTOR = command('MEMORY DOCTOR');
const MEMORY_HELP = command('MEMORY HELP');
const MEMORY_MALLOC_STATS = command('MEMORY MALLOC-STATS');
const MEMORY_PURGE = command('MEMORY PURGE');
const MEMORY_STATS = command('MEMORY STATS');
const MEMORY_USAGE = command('MEMORY USAGE');

/** What `MEMORY STATS` says of one database. */
export type DatabaseMemory<I> = Record<string, I>;

/** Bytes, but for counts, percentages and ratios: https://redis.io/docs/latest/commands/memory-stats/ tells what the fields mean. */
export interface MemoryStats<I> {
  'peak.allocated': I;
  'total.allocated': I;
  'startup.allocated': I;
  'replication.backlog': I;
  'clients.slaves': I;
  'clients.normal': I;
  'aof.buffer': I;
  'overhead.total': I;
  'keys.count': I;
  'keys.bytes-per-key': I;
  'dataset.bytes': I;
  'dataset.percentage': number;
  'peak.percentage': number;
  'allocator-fragmentation.ratio': number;
  'allocator-rss.ratio': number;
  'rss-overhead.ratio': number;
  fragmentation: number;
  'fragmentation.bytes': I;
  /** What else the server counts, and its databases: `db.0`. */
  [field: string]: I | number | DatabaseMemory<I>;
}

/** Memory of a server, and of a key. */
export abstract class MemoryCommands extends CommandGroup {
  /**
   * How many bytes a key and its value take, `null` where there is none; of nested values `SAMPLES` are weighed, 0 for all. O(N) for N samples,
   * since 4.0.0.
   * @see https://redis.io/docs/latest/commands/memory-usage/
   * @example await redis.memoryUsage('user:1');
   */
  memoryUsage(key: Key, options?: { SAMPLES?: number }): Out<this, IntegerOf<this> | null> {
    return this.run(MEMORY_USAGE, options?.SAMPLES === undefined ? [key] : [key, 'SAMPLES', options.SAMPLES]);
  }

  /**
   * What the server uses its memory for. O(1), since 4.0.0.
   * @see https://redis.io/docs/latest/commands/memory-stats/
   */
  memoryStats(): Out<this, MemoryStats<IntegerOf<this>>> {
    return this.run(MEMORY_STATS, [], toMemoryStats<IntegerOf<this>>);
  }

  /**
   * What the server makes of its memory, in prose. O(1), since 4.0.0.
   * @see https://redis.io/docs/latest/commands/memory-doctor/
   */
  memoryDoctor(): Out<this, TextOf<this>> {
    return this.run(MEMORY_DOCTOR, []);
  }

  /**
   * What the allocator says about itself. How long it takes depends on how much memory is allocated, since 4.0.0.
   * @see https://redis.io/docs/latest/commands/memory-malloc-stats/
   */
  memoryMallocStats(): Out<this, TextOf<this>> {
    return this.run(MEMORY_MALLOC_STATS, []);
  }

  /**
   * Asks the allocator to give freed memory back. How long it takes depends on how much memory is allocated, since 4.0.0.
   * @see https://redis.io/docs/latest/commands/memory-purge/
   */
  memoryPurge(): Out<this, Ok> {
    return this.run(MEMORY_PURGE, []);
  }

  /**
   * What the server says about `MEMORY`. O(1), since 4.0.0.
   * @see https://redis.io/docs/latest/commands/memory-help/
   */
  memoryHelp(): Out<this, string[]> {
    return this.run(MEMORY_HELP, []);
  }
}

/** Fields that are no integers. By name, because RESP2 sends them as text, which integers may be too where the caller wants it. */
const FRACTION = /(?:\.ratio|\.percentage|^fragmentation)$/;

function toMemoryStats<I>(raw: Raw): MemoryStats<I> {
  const stats = toObject<Raw>(raw);
  for (const [name, value] of Object.entries(stats)) {
    if (Array.isArray(value)) setField<unknown>(stats, name, toObject(value));
    else if (FRACTION.test(name)) setField<unknown>(stats, name, toNumber(value));
  }
  return stats as unknown as MemoryStats<I>;
}
