import { command } from '../../protocol/catalog/specs.js';
import type { Bytes } from '../../protocol/command-spec.js';
import { type ByName, toByName } from '../decode.js';
import { CommandGroup, type OneOrMore, type Value } from '../group.js';
import type { IntegerOf, Out, TextOf } from '../mode.js';
import { all } from '../tokens.js';

const PUBLISH = command('PUBLISH');
const PUBSUB_CHANNELS = command('PUBSUB CHANNELS');
const PUBSUB_HELP = command('PUBSUB HELP');
const PUBSUB_NUMPAT = command('PUBSUB NUMPAT');
const PUBSUB_NUMSUB = command('PUBSUB NUMSUB');
const PUBSUB_SHARDCHANNELS = command('PUBSUB SHARDCHANNELS');
const PUBSUB_SHARDNUMSUB = command('PUBSUB SHARDNUMSUB');
const SPUBLISH = command('SPUBLISH');

type Channel = string | Bytes;

/** Publishing of messages, and the channels that have subscribers. Subscribing itself is no command of this library: see `subscribe`. */
export abstract class PubsubCommands extends CommandGroup {
  /**
   * Sends a message to a channel; gives how many subscribers of the answering node got it. In a cluster all nodes hand it on. O(N+M), since 2.0.0.
   * @see https://redis.io/docs/latest/commands/publish/
   * @example await redis.publish('news', 'hello');
   */
  publish(channel: Channel, message: Value): Out<this, IntegerOf<this>> {
    return this.run(PUBLISH, [channel, message]);
  }

  /**
   * Sends a message to a channel of one shard, which its slot chooses; gives how many subscribers of the answering node got it. O(N), since 7.0.0.
   * @see https://redis.io/docs/latest/commands/spublish/
   */
  spublish(shardChannel: Channel, message: Value): Out<this, IntegerOf<this>> {
    return this.run(SPUBLISH, [shardChannel, message]);
  }

  /**
   * The channels with subscribers, those that match a pattern or all; of a cluster those of every node. O(N), since 2.8.0.
   * @see https://redis.io/docs/latest/commands/pubsub-channels/
   */
  pubsubChannels(pattern?: Channel): Out<this, TextOf<this>[]> {
    return this.run(PUBSUB_CHANNELS, pattern === undefined ? [] : [pattern]);
  }

  /**
   * How many patterns have subscribers; of a cluster the sum over its nodes, where a pattern counts once a node. O(1), since 2.8.0.
   * @see https://redis.io/docs/latest/commands/pubsub-numpat/
   */
  pubsubNumpat(): Out<this, IntegerOf<this>> {
    return this.run(PUBSUB_NUMPAT, []);
  }

  /**
   * How many subscribers channels have, patterns not counted; of a cluster the sum over its nodes. With `buffers: true` a list of pairs.
   * O(N), since 2.8.0.
   * @see https://redis.io/docs/latest/commands/pubsub-numsub/
   */
  pubsubNumsub(channels: OneOrMore<Channel> = []): Out<this, ByName<TextOf<this>, IntegerOf<this>>> {
    return this.run(PUBSUB_NUMSUB, all(channels), toByName<TextOf<this>, IntegerOf<this>>);
  }

  /**
   * The sharded channels with subscribers; of a cluster those of every node. O(N), since 7.0.0.
   * @see https://redis.io/docs/latest/commands/pubsub-shardchannels/
   */
  pubsubShardchannels(pattern?: Channel): Out<this, TextOf<this>[]> {
    return this.run(PUBSUB_SHARDCHANNELS, pattern === undefined ? [] : [pattern]);
  }

  /**
   * How many subscribers sharded channels have; of a cluster the sum over its nodes. With `buffers: true` a list of pairs. O(N), since 7.0.0.
   * @see https://redis.io/docs/latest/commands/pubsub-shardnumsub/
   */
  pubsubShardnumsub(shardChannels: OneOrMore<Channel> = []): Out<this, ByName<TextOf<this>, IntegerOf<this>>> {
    return this.run(PUBSUB_SHARDNUMSUB, all(shardChannels), toByName<TextOf<this>, IntegerOf<this>>);
  }

  /**
   * What the server says about `PUBSUB`. O(1), since 6.2.0.
   * @see https://redis.io/docs/latest/commands/pubsub-help/
   */
  pubsubHelp(): Out<this, string[]> {
    return this.run(PUBSUB_HELP, []);
  }
}
