/*
 * What servers say in RESP3 becomes what they say in RESP2, which ioredis gives: a client that a program made may speak either. Replies are
 * read as bytes, whose maps come flat as in RESP2. A reply in RESP2 stays as it is.
 */

type Shape = (reply: unknown, args: readonly unknown[]) => unknown;

/** A double as RESP2 has it. */
function textOf(double: number): Buffer {
  if (Object.is(double, -0)) return Buffer.from('-0');
  if (Number.isFinite(double)) return Buffer.from(String(double));
  return Buffer.from(Number.isNaN(double) ? 'nan' : double > 0 ? 'inf' : '-inf');
}

/** All numbers are doubles, at every depth. */
function doubles(reply: unknown): unknown {
  if (typeof reply === 'number') return textOf(reply);
  return Array.isArray(reply) ? reply.map(doubles) : reply;
}

/** Pairs of a list one after the other. */
function flat(reply: unknown): unknown {
  return Array.isArray(reply) && Array.isArray(reply[0]) ? reply.flat(1) : reply;
}

const scored: Shape = (reply) => doubles(flat(reply));

/** Rank and score. */
const ranked: Shape = (reply) => (Array.isArray(reply) ? [reply[0], doubles(reply[1])] : reply);

/** Members with coordinates in a list of their own; what is a number beside it is a hash. */
const placed: Shape = (reply) =>
  Array.isArray(reply)
    ? reply.map((item) => (Array.isArray(item) ? item.map((part) => (Array.isArray(part) ? doubles(part) : part)) : item))
    : reply;

const ZADD_OPTION = /^(?:nx|xx|gt|lt|ch|incr)$/i;

/** `ZADD key [NX | XX] [GT | LT] [CH] [INCR] score member …`: a score with INCR, else a count. */
const added: Shape = (reply, [, ...args]) => {
  const end = args.findIndex((word) => !ZADD_OPTION.test(String(word)));
  return args.slice(0, end).some((word) => /^incr$/i.test(String(word))) ? doubles(reply) : reply;
};

/** Streams with their entries: a map in RESP3, a list of pairs in RESP2. */
const streams: Shape = (reply) => {
  if (!Array.isArray(reply) || Array.isArray(reply[0])) return reply;
  return Array.from({ length: reply.length / 2 }, (_, at) => [reply[2 * at], reply[2 * at + 1]]);
};

/** Commands whose replies differ by more than what their types say: `c->resp` in the sources of Redis. */
const SHAPES: Readonly<Record<string, Shape>> = {
  bzmpop: doubles,
  bzpopmax: doubles,
  bzpopmin: doubles,
  geopos: doubles,
  georadius: placed,
  georadius_ro: placed,
  georadiusbymember: placed,
  georadiusbymember_ro: placed,
  geosearch: placed,
  hrandfield: flat,
  vemb: doubles,
  vlinks: doubles,
  vsim: doubles,
  xread: streams,
  xreadgroup: streams,
  zadd: added,
  zdiff: scored,
  zincrby: doubles,
  zinter: scored,
  zmpop: doubles,
  zmscore: doubles,
  zpopmax: scored,
  zpopmin: scored,
  zrandmember: scored,
  zrange: scored,
  zrangebyscore: scored,
  zrank: ranked,
  zrevrange: scored,
  zrevrangebyscore: scored,
  zrevrank: ranked,
  zscore: doubles,
  zunion: scored,
};

/** Types that RESP2 lacks: doubles, as far as they can be told from integers, are text, and booleans integers. The same value where there are none. */
function plain(reply: unknown): unknown {
  switch (typeof reply) {
    case 'number':
      return Number.isInteger(reply) ? reply : textOf(reply);
    case 'boolean':
      return Number(reply);
    case 'object':
      return Array.isArray(reply) && reply.some((item) => plain(item) !== item) ? reply.map(plain) : reply;
    default:
      return reply;
  }
}

/** The reply to a command, whose name is in lower case, as it comes over RESP2. */
export function asResp2(name: string, args: readonly unknown[], reply: unknown): unknown {
  // Most replies.
  if (Buffer.isBuffer(reply) || typeof reply === 'string' || reply === null) return reply;
  const shape = Object.hasOwn(SHAPES, name) ? SHAPES[name] : undefined;
  return plain(shape === undefined ? reply : shape(reply, args));
}
