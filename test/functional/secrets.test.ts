import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { Server } from '../support/server.js';

/** In every secret that the program below gives. */
const MARK = 'hunter2';

const library = resolve('lib/index.ts');

/** A program that logs in rightly and wrongly, prints all that it can see of it, and dies of an error that nobody caught. */
const program = (host: string, port: number): string => `
import { subscribe } from 'node:diagnostics_channel';
import { inspect } from 'node:util';
import { createClient, single, sentinel } from ${JSON.stringify(library)};

const print = (what, ...seen) => {
  for (const item of seen) {
    console.log(what, inspect(item, { depth: 9, showHidden: true }), inspect(item, { depth: 9, customInspect: false }));
    console.log(JSON.stringify(item, (name, value) => (typeof value === 'bigint' ? String(value) : value)));
  }
};
for (const traced of ['command', 'connect'])
  for (const event of ['start', 'end', 'asyncStart', 'asyncEnd', 'error']) subscribe(\`tracing:slotwise:\${traced}:\${event}\`, (message) => print(traced, { ...message }));
for (const name of ['batch', 'topology', 'failover', 'pool', 'gap', 'error']) subscribe(\`slotwise:\${name}\`, (message) => print(name, message));
process.on('warning', (warning) => print('warning', warning));

const address = '${host}:${port}';
const url = (login) => \`redis://\${login}@\${address}\`;
const forms = {
  'a URL': url(':${MARK}'),
  'a URL in a topology': { topology: single(url(':${MARK}')) },
  'a password': { topology: single(address), password: '${MARK}' },
  'a function': { topology: single(address), credentials: () => ({ password: '${MARK}' }) },
  'a wrong password': url(':${MARK}-wrong'),
  'a wrong user': { topology: single(address), username: 'nobody', password: '${MARK}' },
  'a wrong password over RESP2': { topology: single(url(':${MARK}-wrong')), protocol: 2 },
  'a function that gives text': { topology: single(address), credentials: () => '${MARK}' },
  'a function that gives a list': { topology: single(address), credentials: () => ['${MARK}'] },
  'a function that gives another name': { topology: single(address), credentials: async () => ({ passwrod: '${MARK}' }) },
  'a function that gives a life of text': { topology: single(address), credentials: () => ({ password: '${MARK}', expiresInMs: '${MARK}' }) },
  'no sentinels': { topology: sentinel(address, 'main', { password: '${MARK}' }), password: '${MARK}' },
  'a key for TLS': { topology: single(address), tls: { key: '${MARK}', cert: '${MARK}', passphrase: '${MARK}' } },
};
await Promise.all(Object.entries(forms).map(async ([what, options]) => {
  const redis = createClient(options);
  for (const event of ['ready', 'topology', 'failover', 'reconnecting', 'gap', 'error', 'close']) redis.on(event, (...seen) => print(event, ...seen));
  // The first four log in; of the others some would wait as long as they may.
  const view = redis.with({ timeoutMs: Object.keys(forms).indexOf(what) < 4 ? 10_000 : 400 });
  print(what, options.topology ?? null, redis, view, redis.stats(), redis.topology);
  const outcomes = await Promise.allSettled([
    view.set('k', 'v'),
    view.connect(),
    view.call('AUTH', '${MARK}'),
    view.call('AUTH ${MARK}'),
    view.call('AUHT', 'ada', '${MARK}'),
    view.call('ACL', 'SETUSER', 'ada', '(on >${MARK} nothing)'),
    view.multi().get('k').call('ACL', 'SETUSER', 'ada', '${MARK}').exec({ errors: 'inline' }),
    view.lease((one) => one.auth('${MARK}', '${MARK}')),
    view.reauthenticate(),
    view.pipeline().set('k', 'v').exec(),
  ]);
  console.log('outcomes of', what, outcomes.map(({ status, reason }) => reason?.code ?? status).join(' '));
  print(what, ...outcomes);
  redis.destroy();
}));
throw await createClient(forms['a wrong password']).get('k').catch((error) => error);
`;

describe('secrets of a running client', () => {
  let server: Server;
  before(async () => {
    server = await Server.start({ password: MARK });
  });
  after(() => server.stop());

  it('are in no event, channel, log line, picture, JSON or crash', async () => {
    const source = program(server.host, server.port);
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', source], {
      env: { ...process.env, DEBUG: 'slotwise:*' },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    const code = await new Promise((done) => child.once('close', done));
    assert.equal(code, 1, output.slice(-2_000));
    for (const seen of ['slotwise:connection', 'outcomes of a URL fulfilled', 'ERR_AUTH', 'WRONGPASS', "password: '***'"]) {
      assert.ok(output.includes(seen), `${seen} is missing in ${output.slice(-4_000)}`);
    }
    const traces = output.split('\n').filter((line) => line.includes(MARK));
    assert.deepEqual(traces, []);
  });
});
