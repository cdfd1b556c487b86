export type RedisKey = string | Buffer;
export type RedisValue = string | Buffer | number;

/** Reply that has another shape where RESP3 is wanted. */
export interface Shape<Resp2, Resp3> {
  readonly resp2: Resp2;
  readonly resp3: Resp3;
}

/** Several forms of a command, each with its reply. */
export interface Forms<List extends readonly Form[]> {
  readonly forms: List;
}

/** Form of a command: its arguments and its reply. */
export type Form = readonly [args: readonly unknown[], reply: unknown];

/** The reply with bytes in the place of text. */
export type Bytes<Reply> = Reply extends string ? Buffer : Reply extends object ? { [Part in keyof Reply]: Bytes<Reply[Part]> } : Reply;
