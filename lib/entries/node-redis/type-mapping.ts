/** RESP's types of replies by the byte that begins them: https://redis.io/docs/latest/develop/reference/protocol-spec/ */
export const RESP_TYPES = {
  NULL: 95,
  BOOLEAN: 35,
  NUMBER: 58,
  BIG_NUMBER: 40,
  DOUBLE: 44,
  SIMPLE_STRING: 43,
  BLOB_STRING: 36,
  VERBATIM_STRING: 61,
  SIMPLE_ERROR: 45,
  BLOB_ERROR: 33,
  ARRAY: 42,
  SET: 126,
  MAP: 37,
  PUSH: 62,
} as const;

export type RespVersions = 2 | 3;

/** Which class of JavaScript a type of RESP becomes. The others are refused where they are given. */
export interface TypeMapping {
  readonly [RESP_TYPES.BLOB_STRING]?: StringConstructor | BufferConstructor;
  readonly [RESP_TYPES.SIMPLE_STRING]?: StringConstructor | BufferConstructor;
  readonly [RESP_TYPES.VERBATIM_STRING]?: StringConstructor | BufferConstructor;
  readonly [RESP_TYPES.NUMBER]?: NumberConstructor | StringConstructor;
  readonly [RESP_TYPES.DOUBLE]?: NumberConstructor | StringConstructor;
  readonly [RESP_TYPES.BIG_NUMBER]?: BigIntConstructor | NumberConstructor | StringConstructor;
  readonly [RESP_TYPES.MAP]?: ObjectConstructor | MapConstructor | ArrayConstructor;
  readonly [RESP_TYPES.SET]?: ArrayConstructor | SetConstructor;
}
