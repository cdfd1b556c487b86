// Asks a live server what commands it has and writes captures/<product>-<version>.json, from which the command table and the grammar tests
// are generated offline.
//
//   node scripts/capture-commands.mjs <path of redis-server or valkey-server>
//
// The server is asked twice: as a data server and as a Sentinel, because each lists only its own commands.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../captures/', import.meta.url));

// Thrown by the parser where the text ends too early.
const INCOMPLETE = Symbol('incomplete');

const binary = process.argv[2];
if (binary === undefined) {
  console.error('usage: node scripts/capture-commands.mjs <path of redis-server or valkey-server>');
  process.exit(2);
}

const data = await ask([]);
const sentinel = await ask(['--sentinel']);
const commands = { ...data.commands };
for (const [name, facts] of Object.entries(sentinel.commands)) {
  if (!(name in commands)) commands[name] = { ...facts, only: 'sentinel' };
}

// One line a command: small enough to keep, and a new server version reads well in a diff.
const lines = Object.keys(commands)
  .sort()
  .map((name) => `${JSON.stringify(name)}:${JSON.stringify(commands[name])}`);
const file = `${data.product}-${data.version}.json`;
const head = `"product":${JSON.stringify(data.product)},"version":${JSON.stringify(data.version)}`;
await writeFile(join(folder, file), `{${head},"commands":{\n${lines.join(',\n')}\n}}\n`);
console.log(`${file}: ${lines.length} commands and subcommands`);

/** Starts the server, reads its table, stops it. */
async function ask(mode) {
  const dir = await mkdtemp(join(tmpdir(), 'capture-'));
  const port = await freePort();
  const config = join(dir, 'server.conf');
  // A Sentinel insists on a writable configuration file. A data server without one loads no modules, so that only built-in commands are seen.
  await writeFile(config, `port ${port}\nbind 127.0.0.1\ndir ${dir}\n${mode.length === 0 ? 'save ""\nappendonly no\n' : ''}`);
  const server = spawn(binary, [config, ...mode], { stdio: 'ignore' });
  const gone = new Promise((resolve) => server.once('exit', resolve));
  try {
    const hello = (await replies(port, ['HELLO 3']))[0];
    const [, table, docs] = await replies(port, ['HELLO 3', 'COMMAND', 'COMMAND DOCS']);
    return {
      product: hello.server,
      version: hello.version,
      commands: Object.fromEntries(table.flatMap((row) => flatten(row, docs[row[0]] ?? {}))),
    };
  } finally {
    server.kill('SIGKILL');
    await gone;
    await rm(dir, { recursive: true, force: true });
  }
}

/** A command and its subcommands (`CONFIG`, `CONFIG GET`) as [name, facts]; modules' commands are left out. */
function flatten(row, docs) {
  const [wireName, arity, flags, first, last, step, , tips, specs, subcommands] = row;
  if (flags.includes('module')) return [];
  const facts = {
    arity,
    flags: [...flags].sort(),
    ...(first === 0 ? {} : { keys: [first, last, step] }),
    ...(tips.length === 0 ? {} : { tips: [...tips].sort() }),
    ...(specs.length === 0 ? {} : { keySpecs: specs.map(keySpec) }),
    since: docs.since,
    group: docs.group,
    complexity: docs.complexity,
    ...(docs.doc_flags === undefined || docs.doc_flags.length === 0 ? {} : { docFlags: docs.doc_flags }),
    replacedBy: docs.replaced_by,
    ...(docs.arguments === undefined ? {} : { arguments: docs.arguments.map(argument) }),
    ...(subcommands.length === 0 ? {} : { container: true }),
  };
  return [
    [wireName.replace('|', ' ').toUpperCase(), facts],
    ...subcommands.flatMap((sub) => flatten(sub, docs.subcommands?.[sub[0]] ?? {})),
  ];
}

function keySpec({ flags, begin_search: begin, find_keys: find }) {
  return { flags: [...flags].sort(), begin: { type: begin.type, ...begin.spec }, find: { type: find.type, ...find.spec } };
}

function argument({ name, display_text: text, arguments: parts, ...rest }) {
  return {
    name,
    ...(text === undefined || text === name ? {} : { text }),
    ...rest,
    ...(parts === undefined ? {} : { arguments: parts.map(argument) }),
  };
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** Sends the commands on one connection, trying for 10 s while the server starts, and gives their replies. */
async function replies(port, lines) {
  for (let left = 200; ; left--) {
    try {
      return await new Promise((resolve, reject) => {
        let text = '';
        const socket = connect(port, '127.0.0.1', () => socket.write(lines.map((line) => `${line}\r\n`).join('')));
        socket.once('error', reject).once('close', () => reject(new Error('the server closed the connection')));
        // The table is ASCII, so characters and bytes are the same thing.
        socket.setEncoding('latin1').on('data', (chunk) => {
          text += chunk;
          const values = parse(text, lines.length);
          if (values === undefined) return;
          socket.destroy();
          resolve(values);
        });
      });
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** `count` RESP3 values, or undefined while the text is incomplete. https://redis.io/docs/latest/develop/reference/protocol-spec/ */
function parse(text, count) {
  let at = 0;
  const line = () => {
    const end = text.indexOf('\r\n', at);
    if (end < 0) throw INCOMPLETE;
    const found = text.slice(at + 1, end);
    at = end + 2;
    return found;
  };
  const value = () => {
    const type = text[at];
    const head = line();
    const many = (length) => Array.from({ length }, value);
    switch (type) {
      case '+':
        return head;
      case '-':
        throw new Error(head);
      case ':':
        return Number(head);
      case '_':
        return null;
      case '$': {
        const body = text.slice(at, at + Number(head));
        at += Number(head) + 2;
        if (at > text.length) throw INCOMPLETE;
        return body;
      }
      case '*':
      case '~':
        return many(Number(head));
      case '%':
        return Object.fromEntries(Array.from({ length: Number(head) }, () => [value(), value()]));
      default:
        throw new Error(`unexpected reply type ${type}`);
    }
  };
  try {
    return Array.from({ length: count }, value);
  } catch (error) {
    if (error === INCOMPLETE) return undefined;
    throw error;
  }
}
