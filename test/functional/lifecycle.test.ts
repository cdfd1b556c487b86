import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createClient, type TopologyOptions } from '../../lib/index.js';
import { compiled, loaderArgs } from '../support/compiled.js';
import { FakeServer, silence } from '../support/fake-server.js';
import { forEachTopology } from '../support/topologies.js';

/** Runs a module in a process of its own; the options of a client are in `options`. Gives what it printed when it ended by itself. */
async function runProgram(
  source: string,
  options: { topology: TopologyOptions; timeoutMs?: number },
): Promise<{ code: number | null; output: string; tookMs: number }> {
  const library = await compiled('lib/index.ts');
  const program = `import { createClient } from ${JSON.stringify(library)};\nconst options = ${JSON.stringify(options)};\n${source}`;
  const started = performance.now();
  const child = spawn(process.execPath, [...loaderArgs, '--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const code = await new Promise<number | null>((done) => child.once('close', done));
  clearTimeout(timer);
  return { code, output: output.trim(), tookMs: performance.now() - started };
}

describe('a program', () => {
  forEachTopology((t) => {
    it('ends by itself after close()', async () => {
      const source = `
        const redis = createClient(options);
        await redis.set('a', '1');
        await Promise.all([redis.get('a'), redis.call('BLPOP', 'nothing', 0.01), redis.lease((one) => one.get('a'), { key: 'a' })]);
        await redis.close();
        console.log('closed');`;
      const { code, output } = await runProgram(source, { topology: t.createOptions() });
      assert.deepEqual({ code, output }, { code: 0, output: 'closed' });
    });
  });

  forEachTopology(
    (t) => {
      it('ends by itself after destroy() in the middle of everything', async () => {
        const source = `
          const redis = createClient(options);
          const all = Array.from({ length: 100 }, (_, i) => redis.set('k' + i, 'x').catch((error) => error.code));
          all.push(redis.call('BLPOP', 'nothing', 0).catch((error) => error.code));
          setTimeout(() => redis.destroy(), 5);
          const codes = new Set(await Promise.all(all));
          console.log([...codes].every((code) => code === 'OK' || code === 'ERR_CLOSED'));`;
        const { code, output } = await runProgram(source, { topology: t.createOptions() });
        assert.deepEqual({ code, output }, { code: 0, output: 'true' });
      });
    },
    ['single', 'cluster'],
  );

  it('that made a client and never used it, ends at once', async () => {
    const { code, output } = await runProgram(`createClient(options); console.log('made');`, {
      topology: { kind: 'single', address: { host: '127.0.0.1', port: 1 } },
    });
    assert.deepEqual({ code, output }, { code: 0, output: 'made' });
  });

  it('whose servers say nothing, ends by itself after close()', async () => {
    await using server = await FakeServer.start(() => silence);
    const source = `
      const redis = createClient(options);
      const codes = await Promise.all([redis.connect(), redis.get('a'), redis.set('a', '1')].map((one) => one.catch((error) => error.code)));
      await redis.close();
      console.log(codes.join(' '));`;
    const { code, output } = await runProgram(source, {
      topology: { kind: 'single', address: { host: server.host, port: server.port } },
      timeoutMs: 200,
    });
    assert.equal(code, 0, output);
    assert.match(output, /^ERR_\w+ ERR_TIMEOUT ERR_TIMEOUT$/);
  });

  it('may make and close many clients without leaving anything behind', async () => {
    await using server = await FakeServer.start();
    for (let i = 0; i < 30; i++) {
      const redis = createClient({ topology: { kind: 'single', address: { host: server.host, port: server.port } } });
      await redis.ping();
      await redis.close();
    }
  });
});
