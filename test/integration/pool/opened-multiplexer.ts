import { ClosedError } from '../../../lib/errors.js';
import { Multiplexer } from '../../../lib/pool/multiplexer.js';
import type { FakeServer } from '../../support/fake-server.js';
import { quickConfig, Recorder } from '../connection/opened.js';

/** A multiplexer under test, and the events that it had for its node. */
export class OpenedMultiplexer {
  readonly owner = new Recorder();
  readonly events: string[] = [];
  readonly multiplexer: Multiplexer;

  constructor(server: FakeServer, size = 1, reconnect = { minMs: 10, maxMs: 100 }) {
    const record = (name: string) => (): void => {
      this.events.push(name);
    };
    this.multiplexer = new Multiplexer(
      { connection: { ...quickConfig, address: { host: server.host, port: server.port } }, size, reconnect },
      {
        up: record('up'),
        down: record('down'),
        lost: record('lost'),
        suspect: record('suspect'),
        stalling: record('stalling'),
        overdue: record('overdue'),
      },
    );
  }

  send(text: string): Promise<unknown> {
    const { call, outcome } = this.owner.make(['ECHO', text]);
    this.multiplexer.send(call);
    return outcome;
  }

  [Symbol.dispose](): void {
    this.multiplexer.destroy(new ClosedError('the test is over'));
  }
}
