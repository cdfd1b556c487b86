import type { RedisArgument } from './command-parser.js';
import { PubSubCommander } from './pubsub-commander.js';
import { pagesOf, type ScanIteratorOptions } from './scan-iterators.js';
import type { CommandMethods, TextOf } from './types.js';

type Pages<Item> = AsyncGenerator<Item[], void, unknown>;
type Text<TM> = TextOf<TM>;
type Options = ScanIteratorOptions;

/** Commander with the iterators over scans. Each turn gives a page, which may be empty. */
export abstract class ScanCommander<TM> extends PubSubCommander {
  /** @internal The methods that this class calls: they are added by name. */
  private get commands(): CommandMethods<TM> {
    return this as unknown as CommandMethods<TM>; // by `addCommands`
  }

  scanIterator(options?: Options & { TYPE?: RedisArgument }): Pages<Text<TM>> {
    return pagesOf(
      (cursor) => this.commands.scan(cursor, options),
      (page) => page.keys as Text<TM>[], // by the mapping
      options?.cursor,
    );
  }

  hScanIterator(key: RedisArgument, options?: Options): Pages<{ field: Text<TM>; value: Text<TM> }> {
    return pagesOf(
      (cursor) => this.commands.hScan(key, cursor, options),
      (page) => page.entries as { field: Text<TM>; value: Text<TM> }[], // by the mapping
      options?.cursor,
    );
  }

  hScanValuesIterator(key: RedisArgument, options?: Options): Pages<Text<TM>> {
    return pagesOf(
      (cursor) => this.commands.hScan(key, cursor, options),
      (page) => page.entries.map(({ value }) => value) as Text<TM>[], // by the mapping
      options?.cursor,
    );
  }

  hScanNoValuesIterator(key: RedisArgument, options?: Options): Pages<Text<TM>> {
    return pagesOf(
      (cursor) => this.commands.hScanNoValues(key, cursor, options),
      (page) => page.fields as Text<TM>[], // by the mapping
      options?.cursor,
    );
  }

  sScanIterator(key: RedisArgument, options?: Options): Pages<Text<TM>> {
    return pagesOf(
      (cursor) => this.commands.sScan(key, cursor, options),
      (page) => page.members as Text<TM>[], // by the mapping
      options?.cursor,
    );
  }

  zScanIterator(key: RedisArgument, options?: Options): Pages<{ value: Text<TM>; score: number }> {
    return pagesOf(
      (cursor) => this.commands.zScan(key, cursor, options),
      (page) => page.members as { value: Text<TM>; score: number }[], // by the mapping
      options?.cursor,
    );
  }
}
