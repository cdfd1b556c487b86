import type { ServerEnd } from '../network/tcp.js';
import { CommandReader, encode, Failure, type Push, type ReplyValue } from './resp.js';
import { type ServerConnection, ServerProcess } from './server-process.js';

/** A client's connection, as a server that speaks RESP has it. */
export class Session implements ServerConnection {
  protocol: 2 | 3 = 2;
  name = '';
  readonly reader = new CommandReader();
  /** When the command that runs left the client, in ms. */
  sentAt = 0;
  /** Set while replies wait for the end of a read, so that they leave in one packet. */
  out = '';
  /** Called when the client has read what is written next. */
  whenRead: (() => void)[] = [];

  constructor(
    readonly end: ServerEnd,
    readonly id: number,
  ) {}
}

/** No reply for now: the command blocks, or has answered itself. */
export const LATER = Symbol('later');
export type Answer = ReplyValue | typeof LATER;

/** A server that reads commands and answers them in order. */
export abstract class RespServer<S extends Session = Session> extends ServerProcess<S> {
  #lastId = 0;

  protected abstract newSession(end: ServerEnd, id: number): S;
  /** `words`: the name in capitals. */
  protected abstract execute(session: S, words: readonly string[]): Answer;
  /** Whether no further command of this session runs for now: it blocks. */
  protected abstract isHeld(session: S): boolean;

  protected connected(end: ServerEnd): S {
    return this.newSession(end, ++this.#lastId);
  }

  protected received(session: S, bytes: Buffer, sentAt: number): void {
    session.sentAt = sentAt;
    session.reader.add(bytes);
    this.proceed(session);
  }

  /** Runs the commands that have come, up to one that blocks. */
  proceed(session: S): void {
    try {
      while (!this.isHeld(session) && !session.end.isClosed && this.state === 'running') {
        const words = session.reader.next();
        if (words === null) break;
        if (words.length === 0) continue;
        words[0] = words[0]?.toUpperCase() ?? '';
        const answer = this.execute(session, words);
        if (answer !== LATER) this.send(session, answer);
      }
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('Protocol error'))) throw error;
      this.send(session, new Failure(`ERR ${error.message}`));
      this.flush(session);
      this.drop(session.end);
    }
    this.flush(session);
  }

  send(session: S, value: ReplyValue | Push): void {
    session.out += encode(value, session.protocol);
  }

  /** Sends what nobody waits for at the moment: a push, the reply of a command that blocked. */
  sendNow(session: S, value: ReplyValue | Push): void {
    this.send(session, value);
    this.flush(session);
  }

  flush(session: S): void {
    if (session.out === '') return;
    const bytes = Buffer.from(session.out, 'latin1');
    session.out = '';
    const tell = session.whenRead;
    session.whenRead = [];
    const whenRead = (): void => {
      for (const each of tell) each();
    };
    session.end.write(bytes, this.now, tell.length === 0 ? undefined : whenRead);
  }
}
