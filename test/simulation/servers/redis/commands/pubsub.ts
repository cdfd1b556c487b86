import { Failure, Push } from '../../resp.js';
import { type Answer, LATER } from '../../resp-server.js';
import type { CommandCall } from '../command-call.js';
import { globMatches } from '../glob.js';
import type { ChannelKind } from '../pubsub.js';
import type { RuleTable } from '../rules.js';

export const pubsubRules: RuleTable = {
  SUBSCRIBE: (call) => subscribe(call, 'channels', 'subscribe'),
  PSUBSCRIBE: (call) => subscribe(call, 'patterns', 'psubscribe'),
  SSUBSCRIBE: (call) => subscribe(call, 'shardChannels', 'ssubscribe'),
  UNSUBSCRIBE: (call) => unsubscribe(call, 'channels', 'unsubscribe'),
  PUNSUBSCRIBE: (call) => unsubscribe(call, 'patterns', 'punsubscribe'),
  SUNSUBSCRIBE: (call) => unsubscribe(call, 'shardChannels', 'sunsubscribe'),
  PUBLISH: (call) => {
    const { server, words } = call;
    const receivers = server.pubsub.publish(call.word(1), call.word(2));
    // Replicas of a group get it as a command, the nodes of a cluster over their bus.
    if (server.cluster === null) call.becomes(words);
    else if (call.origin !== 'primary') server.cluster.publish(call.word(1), call.word(2), false);
    return receivers;
  },
  SPUBLISH: (call) => {
    const { server, words } = call;
    const receivers = server.pubsub.publishSharded(call.word(1), call.word(2));
    if (server.cluster === null) call.becomes(words);
    else if (call.origin !== 'primary') server.cluster.publish(call.word(1), call.word(2), true);
    return receivers;
  },
  'PUBSUB CHANNELS': ({ server, words }) => names(server.pubsub.channels, words[2]),
  'PUBSUB SHARDCHANNELS': ({ server, words }) => names(server.pubsub.shardChannels, words[2]),
  'PUBSUB NUMSUB': ({ server, words }) => counts(server.pubsub.channels, words.slice(2)),
  'PUBSUB SHARDNUMSUB': ({ server, words }) => counts(server.pubsub.shardChannels, words.slice(2)),
  'PUBSUB NUMPAT': ({ server }) => server.pubsub.patterns.size,
};

function names(channels: ReadonlyMap<string, unknown>, pattern: string | undefined): Answer {
  return [...channels.keys()].filter((name) => pattern === undefined || globMatches(pattern, name));
}

function counts(channels: ReadonlyMap<string, ReadonlySet<unknown>>, asked: readonly string[]): Answer {
  return asked.flatMap((name) => [name, channels.get(name)?.size ?? 0]);
}

/** One answer for each name: a push in RESP3. */
function subscribe({ server, session, words, origin }: CommandCall, kind: ChannelKind, verb: string): Answer {
  if (origin === 'exec' && kind === 'shardChannels') return new Failure("ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client");
  if (origin === 'exec') {
    // Of several names a server sends more replies than it announced; the model does not.
    const [, name = ''] = words;
    server.pubsub.subscribe(session, kind, name);
    return new Push([verb, name, countOf(session, kind)]);
  }
  for (const name of words.slice(1)) {
    server.pubsub.subscribe(session, kind, name);
    server.send(session, new Push([verb, name, countOf(session, kind)]));
  }
  return LATER;
}

function unsubscribe({ server, session, words }: CommandCall, kind: ChannelKind, verb: string): Answer {
  const asked = words.length > 1 ? words.slice(1) : [...session[kind]];
  for (const name of asked) {
    server.pubsub.unsubscribe(session, kind, name);
    server.send(session, new Push([verb, name, countOf(session, kind)]));
  }
  if (asked.length === 0) server.send(session, new Push([verb, null, countOf(session, kind)]));
  return LATER;
}

/** Channels and patterns count together, sharded channels alone. */
function countOf(session: CommandCall['session'], kind: ChannelKind): number {
  return kind === 'shardChannels' ? session.shardChannels.size : session.channels.size + session.patterns.size;
}
