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
  /** Its name, as it was sent. */
  nameAsSent = '';
  /** Set while replies wait for the end of a read, so that they leave in one packet. */
  out = '';
  /** Called when the client has read what is written next. */
  whenRead: (() => void)[] = [];
  /** The connection is closed when the replies are written. */
  closesAfterReply = false;

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
  /** The session whose command runs. */
  #executing: S | null = null;
  #pushes: Push[] = [];
  /** Those with something to send. */
  readonly #written = new Set<S>();
  /** Those that wait no longer, and may have further commands. */
  #released: S[] = [];

  protected abstract newSession(end: ServerEnd, id: number): S;
  /** `words`: the name in capitals. */
  protected abstract execute(session: S, words: string[]): Answer;
  /** Whether no further command of this session runs for now: it blocks. */
  protected abstract isHeld(session: S): boolean;

  protected connected(end: ServerEnd): S {
    return this.newSession(end, ++this.#lastId);
  }

  protected received(session: S, bytes: Buffer, sentAt: number): void {
    session.reader.add(bytes, sentAt);
    this.proceed(session);
  }

  /** Runs the commands that have come, up to one that blocks. */
  proceed(session: S): void {
    try {
      while (!this.isHeld(session) && !session.end.isClosed && !session.closesAfterReply && this.state === 'running') {
        const words = session.reader.next();
        if (words === null) break;
        if (words.length === 0) continue;
        session.sentAt = session.reader.sentAt;
        session.nameAsSent = words[0] ?? '';
        words[0] = session.nameAsSent.toUpperCase();
        this.answerNext(session, words);
      }
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('Protocol error'))) throw error;
      this.send(session, new Failure(`ERR ${error.message}`));
      session.closesAfterReply = true;
    }
  }

  /** Runs one command. Messages that it causes for its own session come behind its reply. */
  protected answerNext(session: S, words: string[]): void {
    this.#executing = session;
    const answer = this.execute(session, words);
    this.#executing = null;
    if (answer !== LATER) this.send(session, answer);
    if (this.#pushes.length === 0) return;
    const pushes = this.#pushes;
    this.#pushes = [];
    for (const push of pushes) this.send(session, push);
  }

  /** The session waits no longer: what it sent meanwhile runs when the server has done what it does. */
  protected proceedLater(session: S): void {
    this.#released.push(session);
  }

  /** A message that nobody asked for. */
  push(session: S, message: Push): void {
    if (session === this.#executing) this.#pushes.push(message);
    else this.send(session, message);
  }

  /** Leaves when the server has done what it does: see `flushAll`. */
  send(session: S, value: ReplyValue | Push): void {
    if (session.out === '') this.#written.add(session);
    session.out += encode(value, session.protocol);
  }

  /** Outside of the server's own work. */
  sendNow(session: S, value: ReplyValue | Push): void {
    this.send(session, value);
    this.flush(session);
  }

  flush(session: S): void {
    this.#written.delete(session);
    if (session.out !== '') {
      const bytes = Buffer.from(session.out, 'latin1');
      session.out = '';
      const tell = session.whenRead;
      session.whenRead = [];
      const whenRead = (): void => {
        for (const each of tell) each();
      };
      session.end.write(bytes, this.now, tell.length === 0 ? undefined : whenRead);
    }
    if (session.closesAfterReply) this.drop(session.end);
  }

  /** As Redis does before it waits for the next events. https://github.com/redis/redis/blob/7.2/src/server.c (`beforeSleep`) */
  flushAll(): void {
    while (this.#released.length > 0) {
      const released = this.#released;
      this.#released = [];
      for (const session of released) this.proceed(session);
    }
    for (const session of this.#written) this.flush(session);
  }

  protected override worked(): void {
    if (this.#written.size > 0 || this.#released.length > 0) this.flushAll();
  }
}
