import type { RedisArgument } from './command-parser.js';
import { PubSubCommander } from './pubsub-commander.js';
import { pagesOf, type ScanIteratorOptions } from './scan-iterators.js';
import type { CommandMethods } from './types.js';

type Pages<Item> = AsyncGenerator<Item[], void, unknown>;
type Options = ScanIteratorOptions;

/** Commander with the iterators over scans. Each turn gives a page, which may be empty. */
export abstract class ScanCommander<in out Text extends RedisArgument> extends PubSubCommander {
  /** @internal The methods that this class calls: they are added by name. */
  private get commands(): CommandMethods<Text> {
    return this as unknown as CommandMethods<Text>; // by `addCommands`
  }

  scanIterator(options?: Options & { TYPE?: RedisArgument }): Pages<Text> {
    return pagesOf(
      (cursor) => this.commands.scan(cursor, options),
      (page) => page.keys as Text[], // by the mapping
      options?.cursor,
    );
  }

  hScanIterator(key: RedisArgument, options?: Options): Pages<{ field: Text; value: Text }> {
    return pagesOf(
      (cursor) => this.commands.hScan(key, cursor, options),
      (page) => page.entries as { field: Text; value: Text }[], // by the mapping
      options?.cursor,
    );
  }

  hScanValuesIterator(key: RedisArgument, options?: Options): Pages<Text> {
    return pagesOf(
      (cursor) => this.commands.hScan(key, cursor, options),
      (page) => page.entries.map(({ value }) => value) as Text[], // by the mapping
      options?.cursor,
    );
  }

  hScanNoValuesIterator(key: RedisArgument, options?: Options): Pages<Text> {
    return pagesOf(
      (cursor) => this.commands.hScanNoValues(key, cursor, options),
      (page) => page.fields as Text[], // by the mapping
      options?.cursor,
    );
  }

  sScanIterator(key: RedisArgument, options?: Options): Pages<Text> {
    return pagesOf(
      (cursor) => this.commands.sScan(key, cursor, options),
      (page) => page.members as Text[], // by the mapping
      options?.cursor,
    );
  }

  zScanIterator(key: RedisArgument, options?: Options): Pages<{ value: Text; score: number }> {
    return pagesOf(
      (cursor) => this.commands.zScan(key, cursor, options),
      (page) => page.members as { value: Text; score: number }[], // by the mapping
      options?.cursor,
    );
  }
}
