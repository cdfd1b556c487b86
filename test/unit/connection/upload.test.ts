import assert from 'node:assert/strict';
import { hasBacklog, Upload } from '../../../lib/connection/upload.js';

type UploadSocket = Parameters<Upload['advanced']>[0];

/** Bytes that a socket was given, and those that the kernel has not taken, at one look. */
type Look = readonly [given: number, waiting: number];

const cases: readonly { readonly name: string; readonly looks: readonly Look[]; readonly advanced: readonly boolean[] }[] = [
  {
    name: 'nothing waits',
    looks: [
      [0, 0],
      [10, 0],
      [20, 0],
    ],
    advanced: [false, false, false],
  },
  {
    name: 'what leaves at once says nothing',
    looks: [
      [100, 0],
      [200, 0],
    ],
    advanced: [false, false],
  },
  {
    name: 'bytes that waited leave',
    looks: [
      [100, 60],
      [100, 40],
      [100, 0],
    ],
    advanced: [false, true, true],
  },
  {
    name: 'nothing leaves',
    looks: [
      [100, 60],
      [100, 60],
    ],
    advanced: [false, false],
  },
  {
    name: 'more is given, and nothing leaves',
    looks: [
      [100, 60],
      [150, 110],
    ],
    advanced: [false, false],
  },
  {
    name: 'more is given, and some leaves',
    looks: [
      [100, 60],
      [150, 100],
    ],
    advanced: [false, true],
  },
  {
    name: 'all has left, and more leaves at once',
    looks: [
      [100, 60],
      [100, 0],
      [150, 0],
    ],
    advanced: [false, true, false],
  },
];

const plain = ([given, waiting]: Look): object => ({
  writableLength: waiting,
  _handle: { bytesWritten: given, writeQueueSize: waiting },
});
/** TLS answers a write later, and has the socket beneath it. */
const tls = ([given, waiting]: Look): object => ({
  writableLength: 1,
  _handle: { bytesWritten: 7, writeQueueSize: 7, _parent: { bytesWritten: given, writeQueueSize: waiting } },
});
/** Another runtime. */
const foreign = ([given, waiting]: Look): object => ({ writableLength: waiting, bytesWritten: given });
const destroyed = (): object => ({ writableLength: 0, bytesWritten: 0, _handle: null });

describe('an upload', () => {
  for (const [kind, socketAt] of [
    ['a socket', plain],
    ['TLS', tls],
    ['a socket of another runtime', foreign],
  ] as const) {
    for (const { name, looks, advanced } of cases) {
      it(`advances or not, on ${kind}: ${name}`, () => {
        const upload = new Upload();
        assert.deepEqual(
          looks.map((look) => upload.advanced(socketAt(look) as UploadSocket)),
          advanced,
        );
        assert.equal(upload.isWaiting, (looks.at(-1)?.[1] ?? 0) > 0);
      });
    }

    it(`has a backlog on ${kind} while something waits`, () => {
      assert.equal(hasBacklog(socketAt([100, 1]) as UploadSocket), true);
      assert.equal(hasBacklog(socketAt([100, 0]) as UploadSocket), false);
    });
  }

  it('is over when the socket is destroyed', () => {
    const upload = new Upload();
    upload.advanced(plain([100, 60]) as UploadSocket);
    assert.equal(upload.advanced(destroyed() as UploadSocket), false);
    assert.equal(upload.isWaiting, false);
  });
});
