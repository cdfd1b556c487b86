import { blockingCall, exclusiveDeadline } from '../../../lib/client/dispatch/blocking-call.js';
import type { ClosedError, SlotwiseError } from '../../../lib/errors.js';
import { ExclusivePool, type ExclusivePoolConfig } from '../../../lib/pool/exclusive-pool.js';
import type { Lease } from '../../../lib/pool/lease.js';
import { Call, type Exclusive } from '../../../lib/protocol/call.js';
import { blockingOf } from '../../../lib/protocol/catalog/blocking.js';
import { specOf } from '../../../lib/protocol/catalog/specs.js';
import type { Arg } from '../../../lib/protocol/command-spec.js';
import type { FakeServer } from '../../support/fake-server.js';
import { quickConfig, Recorder } from '../connection/opened.js';

export interface Issued {
  readonly call: Call;
  readonly exclusive: Exclusive;
  readonly outcome: Promise<unknown>;
}

/** An exclusive lane under test, whose calls come from one owner, and what it told its node. */
export class OpenedLane {
  readonly owner = new Recorder();
  readonly told: string[] = [];
  readonly lane: ExclusivePool;

  constructor(server: FakeServer, config: Partial<ExclusivePoolConfig> = {}) {
    const { connection = {}, ...rest } = config;
    this.lane = new ExclusivePool(
      {
        connection: { ...quickConfig, address: { host: server.host, port: server.port }, ...connection },
        max: 2,
        min: 0,
        maxConnecting: 2,
        idleMs: 10_000,
        maxLifetimeMs: 0,
        acquireTimeoutMs: 0,
        reconnect: { minMs: 10, maxMs: 100 },
        ...rest,
      },
      { again: () => this.told.push('again'), suspect: () => this.told.push('suspect') },
    );
  }

  make(words: readonly Arg[], timeoutMs: number, kind: Exclusive['kind']): Issued {
    const { spec, args } = specOf(words);
    const exclusive = { ...blockingCall(kind === 'lease' ? null : blockingOf(spec, args), timeoutMs), kind };
    const call = Call.make(spec, args, null, 0, this.owner, exclusiveDeadline(exclusive, timeoutMs));
    const outcome = Call.promiseOfLast();
    outcome.catch(() => {});
    call.ensureExtras().exclusive = exclusive;
    this.owner.usage.commands++;
    return { call, exclusive, outcome };
  }

  /** Sends a command that may block. */
  block(words: readonly Arg[], timeoutMs = 0): Issued {
    const issued = this.make(words, timeoutMs, 'blocking');
    this.lane.send(issued.call);
    return issued;
  }

  acquire(timeoutMs = 0): Promise<Lease> {
    const { call, outcome } = this.make(['PING'], timeoutMs, 'lease');
    this.lane.send(call);
    return outcome as Promise<Lease>;
  }

  end(error: SlotwiseError | ClosedError): void {
    this.lane.destroy(error);
  }
}
