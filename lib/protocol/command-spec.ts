/** Bytes as an argument: a Buffer, any typed array, or a DataView; what it shows of its memory is sent. */
export type Bytes = ArrayBufferView;
/** An argument of a command. Numbers and bigints are sent as decimal text. */
export type Arg = string | number | bigint | Bytes;

/**
 * A reply before a command's decoder saw it. Maps and sets arrive flat (`[k, v, k, v]`, `[m, m]`), as RESP2 sends them, so that a decoder
 * is written once for both protocols; only with `DECODE_OBJECTS` are RESP3 maps plain objects. Nested error replies are values
 * (`ReplyError`).
 */
export type Raw = string | number | bigint | boolean | null | Buffer | Error | Raw[] | { [field: string]: Raw };

/** Mode of a reply, which says how the parser builds its values: a sum of these bits. Strings become buffers. */
export const DECODE_BUFFERS = 1;
/** RESP3 maps become plain objects at every level. */
export const DECODE_OBJECTS = 2;
/** Every integer becomes a bigint. Without this and the next bit an integer beyond 2^53 rejects the command. */
export const DECODE_BIGINT = 4;
/** Every integer becomes its decimal text. */
export const DECODE_INTEGER_TEXT = 8;

/** Flags of a command, as the server's `COMMAND` reply lists them (only those that decide something here). */
export const READONLY = 1;
export const WRITE = 2;
export const BLOCKING = 4;
export const PUBSUB = 8;
export const ADMIN = 16;
export const MOVABLE_KEYS = 32;
/** The command has no key positions at all, by the table. */
export const KEYLESS = 64;
/**
 * The command cannot simply go to one node's shared connection: it blocks, touches connection state, or (in a cluster) concerns several
 * nodes.
 */
export const SPECIAL = 128;
/** The command runs a script or function: its error text may be anything. */
export const SCRIPT = 256;
/** The reply is bytes, whatever mode the caller has. */
export const BYTES = 512;

/** Command tips, https://redis.io/docs/latest/develop/reference/command-tips/ */
export type RequestPolicy = 'default' | 'all_nodes' | 'all_shards' | 'multi_shard' | 'special';
export type ResponsePolicy =
  | 'default'
  | 'one_succeeded'
  | 'all_succeeded'
  | 'agg_logical_and'
  | 'agg_logical_or'
  | 'agg_min'
  | 'agg_max'
  | 'agg_sum'
  | 'special';

/**
 * Effect of a command on the state of its connection. `option`: a client option does the same. `lease`: only inside `lease()` (or routed to
 * an exclusive connection by its own method). `refused`: never. `none`: harmless on a shared connection.
 */
export type ConnectionState = 'none' | 'option' | 'lease' | 'refused';

/** A rule to find keys, https://redis.io/docs/latest/develop/reference/key-specs/ — positions count from the command's first word. */
export interface KeySpec {
  readonly begin: { readonly index: number } | { readonly keyword: string; readonly from: number } | 'unknown';
  readonly find:
    | { readonly last: number; readonly step: number; readonly limit: number }
    | { readonly keynum: number; readonly first: number; readonly step: number }
    | 'unknown';
}

/** The facts of a command: one frozen object a command and process. */
export interface CommandSpec {
  /** Name in capitals, subcommand included: `GET`, `CONFIG GET`. */
  readonly name: string;
  /** Words of the wire form that the name takes. */
  readonly words: number;
  /** The name as bulk strings: `$6\r\nCONFIG\r\n$3\r\nGET\r\n`. */
  readonly head: Uint8Array;
  /** Number of words as the server counts it, name included; negative: at least. 0: our table does not have the command. */
  readonly arity: number;
  /** Sum of the flag bits above. */
  readonly flags: number;
  /** Index in `args` of the first key, -1 where there is none, -2 where `keyIndexes` must look at the arguments. */
  readonly firstKey: number;
  /** Index in `args` of the last key; negative counts from the end (-1: the last argument). Only with `firstKey` >= 0. */
  readonly lastKey: number;
  readonly keyStep: number;
  readonly keySpecs: readonly KeySpec[];
  readonly request: RequestPolicy;
  readonly response: ResponsePolicy;
  readonly state: ConnectionState;
}

/**
 * Decoder of a reply: turns the raw reply into what the caller gets. Where the shape depends on it, the arguments say what was asked for,
 * and the mode (a sum of `DECODE_*` bits) what text and integers are.
 */
export type Decode<T = unknown> = (raw: Raw, args: readonly Arg[], mode: number) => T;

/**
 * A command with its arguments and the decoder of its reply. The hot path passes the three by position, because a record would be an
 * allocation.
 */
export interface Command {
  readonly spec: CommandSpec;
  readonly args: readonly Arg[];
  readonly decode: Decode | null;
}
