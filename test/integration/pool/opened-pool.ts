import { blockingCall, exclusiveDeadline } from '../../../lib/client/dispatch/blocking-call.js';
import { ClosedError } from '../../../lib/errors.js';
import { ExclusivePool, type ExclusivePoolConfig } from '../../../lib/pool/exclusive-pool.js';
import type { Lease } from '../../../lib/pool/lease.js';
import { type Call, newCall, takePromise } from '../../../lib/protocol/call.js';
import { blockingOf } from '../../../lib/protocol/catalog/blocking.js';
import { specOf } from '../../../lib/protocol/catalog/specs.js';
import type { Arg } from '../../../lib/protocol/command-spec.js';
import type { Exclusive } from '../../../lib/protocol/exclusive.js';
import type { FakeServer } from '../../support/fake-server.js';
import { quickConfig, Recorder } from '../connection/opened.js';

export interface Issued {
  readonly call: Call;
  readonly exclusive: Exclusive;
  readonly outcome: Promise<unknown>;
}

/** An exclusive pool under test, whose calls come from one owner, and the events that it had for its node. */
export class OpenedPool {
  readonly owner = new Recorder();
  readonly events: string[] = [];
  readonly pool: ExclusivePool;

  constructor(server: FakeServer, config: Partial<ExclusivePoolConfig> = {}) {
    const { connection = {}, ...rest } = config;
    this.pool = new ExclusivePool(
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
      {
        backoffEnded: () => this.events.push('backoffEnded'),
        suspect: () => this.events.push('suspect'),
        warm: () => this.events.push('warm'),
      },
    );
  }

  make(words: readonly Arg[], timeoutMs: number, kind: Exclusive['kind']): Issued {
    const { spec, args } = specOf(words);
    const exclusive = { ...blockingCall(kind === 'lease' ? null : blockingOf(spec, args), timeoutMs), kind };
    const call = newCall(spec, args, null, 0, this.owner, exclusiveDeadline(exclusive, timeoutMs));
    const outcome = takePromise();
    outcome.catch(() => {});
    call.ensureExtras().exclusive = exclusive;
    this.owner.usage.commands++;
    return { call, exclusive, outcome };
  }

  /** Sends a command that may block. */
  block(words: readonly Arg[], timeoutMs = 0): Issued {
    const issued = this.make(words, timeoutMs, 'blocking');
    this.pool.send(issued.call);
    return issued;
  }

  acquire(timeoutMs = 0): Promise<Lease> {
    const { call, outcome } = this.make(['PING'], timeoutMs, 'lease');
    this.pool.send(call);
    return outcome as Promise<Lease>;
  }

  destroy(): void {
    this.pool.destroy(new ClosedError('the test is over'));
  }
}
