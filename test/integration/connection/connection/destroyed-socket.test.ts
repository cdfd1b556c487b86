import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import sinon from 'sinon';
import { FakeServer } from '../../../support/fake-server.js';
import { until } from '../../../support/wait.js';
import { echo, Opened } from '../opened.js';

describe('a connection whose socket broke and has not said so yet', () => {
  afterEach(() => {
    sinon.restore();
  });

  it('writes nothing more: what is sent then goes back as not sent, and what was written before as lost', async () => {
    await using server = await FakeServer.start((words, connection) =>
      words[1] === 'unanswered' ? Buffer.alloc(0) : echo(words, connection),
    );
    using one = new Opened(server);
    await one.ready;
    one.send(['ECHO', 'unanswered']);
    await until(() => server.count('ECHO') === 1, { everyMs: 1 });
    const port = server.connections[0]?.socket.remotePort;
    const { destroy } = Socket.prototype;
    // Between a failure and the event that tells of it Node runs what was scheduled before.
    sinon.stub(Socket.prototype, 'destroy').callsFake(function (this: Socket, ...args) {
      const isOurs = this.localPort === port;
      destroy.apply(this, args);
      if (isOurs && one.connection.state === 'ready') one.send(['ECHO', 'late']);
      return this;
    });
    server.disconnect('reset');
    await one.closed;
    assert.deepEqual(one.owner.kinds, ['ECHO connection-lost', 'ECHO not-sent']);
    assert.equal(one.owner.failures[1]?.call.args[0], 'late');
  });
});
