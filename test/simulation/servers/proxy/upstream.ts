import { type End, TcpConnection } from '../../network/tcp.js';
import type { OwnEnd, ServerConnection, ServerProcess } from '../server-process.js';

/** How a connection to a server ended. */
export type UpstreamEnd = 'refused' | 'ended' | 'reset';

/** What a proxy learns of its connection to a server, in its own turn. */
export interface UpstreamEvents {
  connected(): void;
  /** `sentAt`: when the server gave it away, in ms. `whenRead`: to be called when the client's program reads it. */
  data(bytes: Buffer, sentAt: number, whenRead?: () => void): void;
  over(how: UpstreamEnd): void;
}

/** A connection of a proxy to a server. */
export class Upstream implements OwnEnd {
  isConnected = false;
  #isOver = false;
  #end: End | null = null;
  #unsent: { readonly bytes: Buffer; readonly sentAt: number }[] = [];
  readonly #connection: TcpConnection;

  constructor(
    private readonly owner: ServerProcess<ServerConnection>,
    /** `host:port` */
    readonly key: string,
    private readonly events: UpstreamEvents,
  ) {
    const { life } = owner;
    const inTurn = (run: () => void): void =>
      owner.arrives(() => {
        if (life === owner.life && !this.#isOver) run();
      });
    owner.links.add(this);
    const handlers = { connected: (end: End) => this.#connected(end, inTurn), refused: () => inTurn(() => this.#over('refused')) };
    this.#connection = new TcpConnection(owner.network, key, handlers, owner.host);
  }

  /** `sentAt`: when it left the client. */
  write(bytes: Buffer, sentAt: number): void {
    if (this.#end === null) this.#unsent.push({ bytes, sentAt });
    else this.#end.write(bytes, sentAt);
  }

  close(): void {
    if (this.#isOver) return;
    this.#leave();
    if (this.#end === null) this.#connection.abandon();
    else this.#end.close();
  }

  forget(): void {
    this.#leave();
    if (this.#end === null) this.#connection.abandon();
    else this.#end.forget();
  }

  #connected(end: End, inTurn: (run: () => void) => void): void {
    if (this.#isOver) {
      end.close();
      return;
    }
    this.#end = end;
    end.handlers = {
      data: (bytes, sentAt, whenRead) =>
        inTurn(() => {
          end.read(bytes.length);
          this.events.data(bytes, sentAt, whenRead);
        }),
      ended: () => inTurn(() => this.#over('ended')),
      reset: () => inTurn(() => this.#over('reset')),
    };
    for (const { bytes, sentAt } of this.#unsent.splice(0)) end.write(bytes, sentAt);
    inTurn(() => {
      this.isConnected = true;
      this.events.connected();
    });
  }

  #over(how: UpstreamEnd): void {
    this.#leave();
    if (how === 'ended') this.#end?.close();
    this.events.over(how);
  }

  #leave(): void {
    this.#isOver = true;
    this.owner.links.delete(this);
  }
}
