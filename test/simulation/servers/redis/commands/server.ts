import { Failure, OK, type ReplyValue, Status } from '../../resp.js';
import type { Answer } from '../../resp-server.js';
import { DEFAULT_USER, userOf } from '../access.js';
import type { CommandCall } from '../command-call.js';
import type { KeySpecFacts } from '../command-facts.js';
import { globMatches } from '../glob.js';
import type { CommandRule, RuleTable } from '../rules.js';

export const serverRules: RuleTable = {
  COMMAND: ({ server }) => [...server.rules.values()].filter(({ name }) => !name.includes(' ')).map((rule) => entryOf(server, rule)),
  'COMMAND COUNT': ({ server }) => [...server.rules.keys()].filter((name) => !name.includes(' ')).length,
  'COMMAND INFO': ({ server, words }) =>
    words.slice(2).map((name) => {
      const rule = server.rules.get(name.toUpperCase().replace('|', ' '));
      return rule === undefined ? null : entryOf(server, rule);
    }),
  'COMMAND GETKEYS': getKeys,
  'CONFIG GET': ({ server, words }) => {
    const found = new Map<string, ReplyValue>();
    for (const [name, value] of Object.entries(settings(server))) {
      if (words.slice(2).some((pattern) => globMatches(pattern.toLowerCase(), name))) found.set(name, value);
    }
    return found;
  },
  'CONFIG SET': configSet,
  'CONFIG RESETSTAT': () => OK,
  'ACL WHOAMI': ({ session }) => session.user,
  'ACL SETUSER': ({ server, words }) => {
    const [, , name = '', ...rules] = words;
    server.users.set(name, userOf(rules));
    return OK;
  },
  'ACL DELUSER': ({ server, words }) => words.slice(2).filter((name) => server.users.delete(name)).length,
};

/** Of the settings what the library asks for, or may be told to change. */
function settings(server: CommandCall['server']): Readonly<Record<string, string>> {
  return {
    maxmemory: '0',
    'notify-keyspace-events': flagsText(server.notifications),
    appendonly: server.options.persistence === 'all' ? 'yes' : 'no',
    databases: '16',
    ...(server.options.zone === undefined ? {} : { 'availability-zone': server.options.zone }),
  };
}

/** As a server prints them: https://github.com/redis/redis/blob/7.2/src/notify.c (`keyspaceEventsFlagsToString`) */
function flagsText(flags: string): string {
  const classes = 'g$lshzxetd';
  const all = flags.includes('A') || [...classes].every((each) => flags.includes(each));
  return (
    (all ? 'A' : [...classes].filter((each) => flags.includes(each)).join('')) +
    ['K', 'E', 'm', 'n'].filter((each) => flags.includes(each)).join('')
  );
}

function configSet({ server, words }: CommandCall): Answer {
  if (words.length % 2 !== 0) return new Failure("ERR wrong number of arguments for 'config|set' command");
  for (let at = 2; at < words.length; at += 2) {
    const name = words[at]?.toLowerCase();
    const value = words[at + 1] ?? '';
    if (name === 'requirepass') {
      server.users.set(DEFAULT_USER, { password: value === '' ? null : value });
      continue;
    }
    if (name !== 'notify-keyspace-events') return new Failure(`ERR Unknown option or number of arguments for CONFIG SET - '${words[at]}'`);
    if (!/^[AKEg$lshzxetdmn]*$/.test(value)) {
      return new Failure(
        `ERR CONFIG SET failed (possibly related to argument '${name}') - Invalid event class character. Use 'Ag$lshzxeKEtmdn'.`,
      );
    }
    server.notifications = value;
  }
  return OK;
}

function getKeys({ server, words }: CommandCall): Answer {
  const [, , name = ''] = words;
  const asked = words.slice(2);
  let rule = server.rules.get(name.toUpperCase());
  if (rule?.isContainer === true && asked.length > 1) rule = server.rules.get(`${name.toUpperCase()} ${asked[1]?.toUpperCase()}`);
  if (rule === undefined) return new Failure('ERR Invalid command specified');
  if (!rule.hasKeys) return new Failure('ERR The command has no key arguments');
  if (rule.arity >= 0 ? asked.length !== rule.arity : asked.length < -rule.arity) {
    return new Failure('ERR Invalid number of arguments specified for command');
  }
  const keys = rule.keys(asked);
  return keys.length === 0 ? new Failure('ERR Invalid arguments specified for command') : keys;
}

/** Without the categories of the ACL. https://redis.io/docs/latest/commands/command/ */
function entryOf(server: CommandCall['server'], { name, shownName, facts }: CommandRule): ReplyValue {
  const { rules, dialect } = server;
  const subcommands: ReplyValue[] = [];
  if (facts.container === true) {
    for (const rule of rules.values()) if (rule.name.startsWith(`${name} `)) subcommands.push(entryOf(server, rule));
  }
  const [first = 0, last = 0, step = 0] = facts.keys ?? [];
  return [
    shownName,
    facts.arity,
    statuses(facts.flags),
    first,
    last,
    step,
    statuses([]),
    new Set(facts.tips ?? []),
    new Set((facts.keySpecs ?? []).map(specReply)),
    subcommands.length === 0 && dialect.hasSetOfNoSubcommands ? new Set() : subcommands,
  ];
}

function statuses(words: readonly string[]): ReplyValue {
  return new Set(words.map((word) => new Status(word)));
}

function specReply({ flags, begin, find }: KeySpecFacts): ReplyValue {
  const part = ({ type, ...facts }: KeySpecFacts['begin'] | KeySpecFacts['find']): ReplyValue =>
    new Map<string, ReplyValue>([
      ['type', type],
      ['spec', new Map<string, ReplyValue>(Object.entries(facts))],
    ]);
  return new Map<string, ReplyValue>([
    ['flags', statuses(flags)],
    ['begin_search', part(begin)],
    ['find_keys', part(find)],
  ]);
}
