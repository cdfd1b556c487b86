import assert from 'node:assert/strict';
import { AbortError, type Executed } from '../../../lib/errors.js';
import { type Answer, error, FakeServer, ok } from '../../support/fake-server.js';
import { until } from '../../support/wait.js';
import type { Issued, OpenedPool } from './opened-pool.js';

export const aborted = (executed: Executed): AbortError => new AbortError('cancelled', { executed });

/** A server that holds BLPOP back until it is told what to answer, by the id of the connection. */
export class BlockingServer {
  readonly blocked = new Map<number, (answer: Answer) => void>();
  /** Answers CLIENT UNBLOCK. Null: the server ends the wait, as real ones do. */
  unblock: ((id: number, how: string) => Answer | Promise<Answer>) | null = null;
  ping: Answer = undefined;

  private constructor(readonly server: FakeServer) {
    server.handler = ([name = '', ...args], connection) => {
      if (name === 'BLPOP') return new Promise((resolve) => this.blocked.set(connection.index + 1, resolve));
      if (name === 'PING') return this.ping;
      if (name !== 'CLIENT') return undefined;
      const [sub, id, how = ''] = args;
      if (sub === 'ID') return connection.index + 1;
      if (sub !== 'UNBLOCK') return ok;
      return this.unblock === null ? this.endWait(Number(id), how) : this.unblock(Number(id), how);
    };
  }

  static async start(): Promise<BlockingServer> {
    return new BlockingServer(await FakeServer.start());
  }

  answer(id: number, answer: Answer): void {
    const blocked = this.blocked.get(id);
    this.blocked.delete(id);
    blocked?.(answer);
  }

  endWait(id: number, how: string): number {
    if (!this.blocked.has(id)) return 0;
    this.answer(id, how === 'ERROR' ? error('UNBLOCKED client unblocked via CLIENT UNBLOCK') : null);
    return 1;
  }

  /** Another client pushes an element. */
  push(id: number, element: string): void {
    this.answer(id, ['list', element]);
  }

  /** The id and the mode of each CLIENT UNBLOCK that came. */
  get unblocks(): string[] {
    return this.server.received.filter(([name, sub]) => name === 'CLIENT' && sub === 'UNBLOCK').map((words) => words.slice(2).join(' '));
  }

  /** Has the pool block on it, and gives the id of the connection. */
  async block(opened: OpenedPool, timeoutMs = 0, seconds: number | string = 0): Promise<{ issued: Issued; id: number }> {
    const before = new Set(this.blocked.keys());
    const issued = opened.block(['BLPOP', 'list', seconds], timeoutMs);
    const id = await until(() => [...this.blocked.keys()].find((key) => !before.has(key)));
    return { issued, id };
  }

  async stop(opened: OpenedPool): Promise<void> {
    opened.destroy();
    await this.server.stop();
    assert.deepEqual(opened.owner.usage, { commands: 0, bytes: 0 }, 'no call counts any more');
  }
}
