import assert from 'node:assert/strict';
import { DedicatedLink, type LinkHost } from '../../../../lib/client/dedicated/link.js';
import { ConnectError, type SlotwiseError } from '../../../../lib/errors.js';
import type { Lease, LeaseEvents } from '../../../../lib/pool/lease.js';

/** A lease without a pool, which writes down what becomes of it. */
class FakeLease {
  events: LeaseEvents | null = null;
  readonly log: string[] = [];
  readonly connection = {
    key: 'node:1',
    state: 'ready',
    destroy: () => this.log.push('destroyed'),
  };

  release(dirty: boolean): void {
    this.log.push(dirty ? 'released dirty' : 'released');
  }

  get asLease(): Lease {
    return this as unknown as Lease; // all that a link asks of it
  }
}

describe('the link of a dedicated connection', () => {
  let lease: FakeLease;
  let told: () => Promise<void>;
  let acquire: (ended: AbortSignal) => Promise<{ lease: Lease; slot: number }>;
  let again: boolean;
  let heard: string[];
  let link: DedicatedLink;
  const turns = async (): Promise<void> => {
    for (let i = 0; i < 20; i++) await Promise.resolve();
  };
  const reason = new ConnectError('the test ends it');
  beforeEach(() => {
    lease = new FakeLease();
    told = async () => {};
    acquire = async () => ({ lease: lease.asLease, slot: 7 });
    again = false;
    heard = [];
    const host: LinkHost = {
      backoff: { minMs: 1_000, maxMs: 1_000 },
      acquire: (ended) => acquire(ended),
      tell: () => told(),
      ready: ({ slot }) => heard.push(`ready ${slot}`),
      lost: (_, error: SlotwiseError) => heard.push(`lost: ${error.message}`),
      outdated: () => heard.push('outdated'),
      failed: (error) => {
        heard.push(`failed: ${error.message}`);
        return again;
      },
    };
    link = new DedicatedLink(host);
  });
  afterEach(() => link.end(reason));

  it('asks for no connection while its owner has it wait', async () => {
    let asked = 0;
    acquire = async () => {
      asked++;
      return { lease: lease.asLease, slot: 7 };
    };
    link.open(60_000);
    link.open();
    await turns();
    assert.deepEqual([link.state, asked], ['waiting', 0]);
  });

  it('is ready when the new connection has been told its state', async () => {
    let done: () => void = () => {};
    told = () => new Promise((resolve) => (done = resolve));
    link.open();
    await turns();
    assert.deepEqual([link.state, link.current, heard], ['opening', null, []]);
    done();
    await turns();
    assert.deepEqual([link.state, link.current?.slot, heard, link.epoch], ['ready', 7, ['ready 7'], 1]);
    link.open();
    assert.equal(link.epoch, 1, 'one is enough');
  });

  for (const tries of [true, false]) {
    it(`gives the connection up that refuses its state, and ${tries ? 'tries again after a while' : 'waits to be asked again'}`, async () => {
      told = () => Promise.reject(new ConnectError('refused'));
      again = tries;
      link.open();
      await turns();
      assert.deepEqual([link.state, heard, lease.log], [tries ? 'waiting' : 'none', ['failed: refused'], ['released dirty']]);
    });
  }

  it('takes no connection that broke while it was told its state', async () => {
    lease.connection.state = 'closed';
    link.open();
    await turns();
    assert.deepEqual([link.state, heard], ['none', ['failed: the connection to node:1 broke']]);
  });

  it('tells that the connection is lost, and gives it back', async () => {
    link.open();
    await turns();
    lease.events?.outdated(reason);
    lease.events?.closed(reason);
    assert.deepEqual([link.state, link.current, lease.events], ['none', null, null]);
    assert.deepEqual([heard.slice(1), lease.log], [['outdated', 'lost: the test ends it'], ['released dirty']]);
  });

  it('closes the connection that it drops', async () => {
    link.open();
    await turns();
    link.drop(reason);
    assert.deepEqual([link.state, heard.slice(1)], ['none', ['lost: the test ends it']]);
    assert.deepEqual([...lease.log].sort(), ['destroyed', 'released dirty']);
  });

  it('gives the connection back that comes after its end, and tells nothing of it', async () => {
    let give: () => void = () => {};
    let signal: AbortSignal | undefined;
    acquire = (ended) => {
      signal = ended;
      return new Promise((resolve) => (give = () => resolve({ lease: lease.asLease, slot: 7 })));
    };
    link.open();
    await turns();
    link.end(reason);
    assert.equal(signal?.aborted, true);
    give();
    await turns();
    assert.deepEqual([link.state, heard, lease.log], ['ended', [], ['released dirty']]);
  });

  it('closes the connection at its end', async () => {
    link.open();
    await turns();
    link.end(reason);
    assert.deepEqual([link.state, lease.events, [...lease.log].sort()], ['ended', null, ['destroyed', 'released dirty']]);
    assert.deepEqual(heard, ['ready 7'], 'whoever ends it knows');
  });
});
