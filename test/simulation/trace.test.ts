import assert from 'node:assert/strict';
import { commandsText, repliesText } from './network/packet-text.js';
import { Timeline } from './time/timeline.js';
import { Trace } from './trace.js';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

describe('the trace of the simulation', () => {
  const commands: readonly (readonly [packet: string, text: string])[] = [
    ['*1\r\n$4\r\nPING\r\n', 'PING'],
    ['*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\nvalue\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\n', 'SET k value | GET k'],
    ['*2\r\n$3\r\nGET\r\n$3\r\nk', 'GET k'],
    ['ey\r\n*1\r\n$4\r\nPING\r\n', '...ey | PING'],
    ['*2\r\n$3\r\nGET\r\n$2\r\n\x00\n\r\n', 'GET ..'],
    ['*1\r\n$4\r\nPING\r\n'.repeat(9), `${'PING | '.repeat(6)}and 3 more`],
  ];
  for (const [packet, text] of commands) {
    it(`shows commands: ${text}`, () => {
      assert.equal(commandsText(bytes(packet)), text);
    });
  }

  const replies: readonly (readonly [packet: string, text: string])[] = [
    ['+OK\r\n:5\r\n', 'OK | 5'],
    ['$5\r\nhello\r\n$-1\r\n_\r\n*-1\r\n', '"hello" | null | null | null'],
    ['-MOVED 5 10.0.0.1:6379\r\n', 'error MOVED 5 10.0.0.1:6379'],
    ['*2\r\n$1\r\na\r\n*1\r\n:1\r\n', '["a", [1]]'],
    ['%1\r\n$1\r\na\r\n:1\r\n', '["a", 1]'],
    ['>2\r\n$7\r\nmessage\r\n$1\r\nm\r\n', 'push ["message", "m"]'],
    ['$100\r\nthe beginn', '"the beginn"'],
    [`+${'x'.repeat(90)}\r\n`, `${'x'.repeat(72)}…`],
  ];
  for (const [packet, text] of replies) {
    it(`shows replies: ${text}`, () => {
      assert.equal(repliesText(bytes(packet)), text);
    });
  }

  it('has the same fingerprint with lines and without, and another one for other packets', () => {
    const fingerprint = (isOn: boolean, connection: number, packet: string): number => {
      const trace = new Trace(new Timeline(), isOn);
      trace.add('client', 'connects to', 'a node');
      trace.packet('client', connection, bytes(packet), commandsText);
      assert.equal(trace.lines.length, isOn ? 2 : 0);
      return trace.fingerprint;
    };
    const first = fingerprint(false, 1, '+OK\r\n');
    assert.equal(fingerprint(true, 1, '+OK\r\n'), first);
    const others = [fingerprint(false, 2, '+OK\r\n'), fingerprint(false, 1, '+OKAY\r\n'), fingerprint(false, 1, '+KO\r\n')];
    assert.equal(new Set([first, ...others]).size, 4);
  });
});
