import type { Raw } from '../../protocol/command-spec.js';
import { setField } from '../../protocol/resp/map-reply.js';
import { toList, toObject } from '../decode.js';

/** Where keys are, https://redis.io/docs/latest/develop/reference/key-specs/ */
export interface CommandKeySpec<Text, I> {
  notes?: Text;
  flags: string[];
  begin_search: { type: Text; spec: Record<string, Text | I> };
  find_keys: { type: Text; spec: Record<string, Text | I> };
}

/** https://redis.io/docs/latest/commands/command/ names these ten facts; on the wire they are a list. */
export interface CommandInfo<Text, I> {
  name: Text;
  arity: I;
  flags: string[];
  firstKey: I;
  lastKey: I;
  step: I;
  aclCategories: string[];
  tips: Text[];
  keySpecifications: CommandKeySpec<Text, I>[];
  subcommands: CommandInfo<Text, I>[];
}

export interface CommandArgument<Text, I> {
  name: Text;
  type: Text;
  display_text?: Text;
  key_spec_index?: I;
  token?: Text;
  summary?: Text;
  since?: Text;
  deprecated_since?: Text;
  flags?: string[];
  /** Of a `oneof` or a `block`. */
  arguments?: CommandArgument<Text, I>[];
}

export interface CommandDocs<Text, I> {
  summary?: Text;
  since?: Text;
  group?: Text;
  complexity?: Text;
  module?: Text;
  doc_flags?: string[];
  deprecated_since?: Text;
  replaced_by?: Text;
  /** What changed in which version. */
  history?: [version: Text, change: Text][];
  arguments?: CommandArgument<Text, I>[];
  subcommands?: Record<string, CommandDocs<Text, I>>;
}

export interface KeyWithFlags<Text> {
  key: Text;
  flags: string[];
}

export function toInfos<Info extends object | null>(raw: Raw): Info[] {
  return toList(raw).map(toInfo) as Info[];
}

function toInfo(raw: Raw): object | null {
  if (raw === null) return null;
  const [name, arity, flags, firstKey, lastKey, step, aclCategories, tips, keySpecs, subcommands] = toList(raw);
  return {
    name,
    arity,
    flags,
    firstKey,
    lastKey,
    step,
    aclCategories,
    tips,
    keySpecifications: toList(keySpecs).map(toKeySpec),
    subcommands: toInfos(subcommands ?? null),
  };
}

function toKeySpec(raw: Raw): object {
  const { begin_search: begin = null, find_keys: find = null, ...rest } = toObject<Raw>(raw);
  return { ...rest, begin_search: toSearch(begin), find_keys: toSearch(find) };
}

function toSearch(raw: Raw): object {
  const { type, spec = null } = toObject<Raw>(raw);
  return { type, spec: toObject(spec) };
}

export function toDocs<Text, I>(raw: Raw): Record<string, CommandDocs<Text, I>> {
  const docs: Record<string, CommandDocs<Text, I>> = {};
  for (const [name, one] of Object.entries(toObject<Raw>(raw))) {
    const { arguments: args, subcommands, ...facts } = toObject<Raw>(one);
    setField(docs, name, {
      ...(facts as CommandDocs<Text, I>),
      ...(args === undefined ? {} : { arguments: toArguments<Text, I>(args) }),
      ...(subcommands === undefined ? {} : { subcommands: toDocs<Text, I>(subcommands) }),
    });
  }
  return docs;
}

function toArguments<Text, I>(raw: Raw): CommandArgument<Text, I>[] {
  return toList(raw).map((one) => {
    const { arguments: inner, ...facts } = toObject<Raw>(one);
    const argument = facts as unknown as CommandArgument<Text, I>; // the fields are the documentation's
    return inner === undefined ? argument : { ...argument, arguments: toArguments<Text, I>(inner) };
  });
}

export function toKeysWithFlags<Text>(raw: Raw): KeyWithFlags<Text>[] {
  return toList(raw).map((one) => {
    const [key, flags = null] = toList(one);
    return { key: key as Text, flags: toList(flags).map(String) };
  });
}
