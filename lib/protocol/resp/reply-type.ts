import { ProtocolError, show } from '../../errors.js';

// First bytes of replies, https://redis.io/docs/latest/develop/reference/protocol-spec/#resp-protocol-description
export const BLOB_ERROR = 33; // !
export const BOOLEAN = 35; // #
export const BULK = 36; // $
export const MAP = 37; // %
export const BIG_NUMBER = 40; // (
export const ARRAY = 42; // *
export const SIMPLE = 43; // +
export const DOUBLE = 44; // ,
export const ERROR = 45; // -
export const INTEGER = 58; // :
export const VERBATIM = 61; // =
export const PUSH = 62; // >
export const NULL = 95; // _
export const ATTRIBUTE = 124; // |
export const SET = 126; // ~

/** Longest line of a length or an integer: 64 bits, a sign, and room for a few zeros. */
const HEADER_LINE = 32;
const NUMBER_LINE = 4096;

/** How long a reply's first line may be, its end not counted. Refuses what no reply begins with. */
export function longestLine(type: number, maxText: number): number {
  switch (type) {
    case SIMPLE:
    case ERROR:
      return maxText;
    case DOUBLE:
    case BIG_NUMBER:
      return NUMBER_LINE;
    case BLOB_ERROR:
    case BOOLEAN:
    case BULK:
    case MAP:
    case ARRAY:
    case INTEGER:
    case VERBATIM:
    case PUSH:
    case NULL:
    case ATTRIBUTE:
    case SET:
      return HEADER_LINE;
    default:
      throw new ProtocolError(`no reply begins with ${show(String.fromCharCode(type))}`);
  }
}
