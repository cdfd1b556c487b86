import type { TlsAnswer } from './network.js';
import { VirtualSocket } from './virtual-socket.js';

/** What a record of TLS holds at most, in bytes: https://www.rfc-editor.org/rfc/rfc8446#section-5.1 */
const RECORD_BYTES = 16 * 1024;

/** A socket that speaks TLS: a round trip more, and data in its own portions. No byte is encrypted. */
export class VirtualTlsSocket extends VirtualSocket {
  #expectsSessions = false;

  /** As that of Node, which has the one of TCP beneath it. */
  override get _handle(): object | null {
    const handle = super._handle;
    return handle === null ? null : { _parent: handle };
  }

  override emit(event: string | symbol, ...args: unknown[]): boolean {
    const had = super.emit(event, ...args);
    if (event === 'connect') this.hello();
    return had;
  }

  protected override answered(answer: TlsAnswer | null): void {
    if (answer === null) {
      this.destroy(Object.assign(new Error('wrong version number'), { code: 'ERR_SSL_WRONG_VERSION_NUMBER' }));
    } else if (answer !== 'ok') this.destroy(Object.assign(new Error(answer), { code: answer }));
    else {
      this.#expectsSessions = true;
      this.emit('secureConnect');
      this.read(0);
    }
  }

  protected override received(bytes: Uint8Array): boolean {
    let takes = true;
    if (this.#expectsSessions) {
      this.#expectsSessions = false;
      // The server sends two tickets with its first data, as OpenSSL does. https://www.rfc-editor.org/rfc/rfc8446#section-4.6.1
      this.process.beforeImmediates(() => {
        for (let tickets = 0; tickets < 2 && !this.destroyed; tickets++) this.emit('session', Buffer.from('session'));
      });
    }
    for (let at = 0; at < bytes.length; at += RECORD_BYTES) {
      const record = bytes.subarray(at, at + RECORD_BYTES);
      this.process.run(() => {
        if (!this.destroyed) takes = super.received(record);
      });
    }
    return takes;
  }

  /** Node says so in a later phase, because TLS cannot do with less: `TLSWrap::EncOut`. */
  protected override written(done: () => void): void {
    this.process.beforeImmediates(done);
  }
}
