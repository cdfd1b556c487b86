import { log } from '../diagnostics.js';
import type { Socket } from '../runtime/sockets.js';
import { Liveness } from './liveness.js';
import { Upload } from './upload.js';

/** What a watch tells. Without `stalled` the connection never counts as stalled. */
interface StallEvents {
  readonly stalled: (() => void) | null;
  stalling(): void;
  recovered(): void;
}

/** Watch over the signs of life of one connection: bytes that come, and bytes that leave after they had waited for the other side. */
export class StallWatch {
  readonly liveness = new Liveness();
  /** No sign of life for too long, although replies are owed. */
  isStalled = false;
  readonly #upload = new Upload();

  constructor(
    private readonly node: string,
    private readonly events: StallEvents,
  ) {}

  /** Ends the stall after a sign of life. */
  recover(): void {
    if (!this.isStalled) return;
    this.isStalled = false;
    this.events.recovered();
  }

  /** Every tick of the clock while the connection has calls. `owing`: replies are owed. `mayStall`: it is past its handshake, and goes on. */
  tick(socket: Socket, owing: boolean, mayStall: boolean): void {
    if (this.#upload.advanced(socket)) {
      this.liveness.showedLife();
      this.recover();
    }
    const isSilent = this.liveness.tick(owing, this.#upload.isWaiting);
    if (this.isStalled || !mayStall) return;
    const { stalled } = this.events;
    if (isSilent && stalled !== null) {
      this.isStalled = true;
      log.connection('%s owes replies and says nothing', this.node);
      stalled();
    } else if (this.liveness.isStalling) this.events.stalling();
  }
}
