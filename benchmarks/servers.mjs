import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { encode, openBare, sendAll } from './bare.mjs';

/** redis-benchmark of the same build, where there is one. */
export function findLoadTool(server) {
  const tool = server.replace(/-server$/, '-benchmark');
  return tool !== server && existsSync(tool) ? tool : undefined;
}

/** A cluster bus port is the port + 10000, so both have to be free and below 65536. */
async function freePort() {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if ((await isFree(port)) && (await isFree(port + 10_000))) return port;
  }
}

const isFree = (port) =>
  new Promise((resolve) => {
    const probe = createServer().once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });

const hasTaskset = () => spawnSync('taskset', ['--version'], { stdio: 'ignore' }).status === 0;

async function until(what, condition, timeoutMs = 15_000) {
  const end = Date.now() + timeoutMs;
  while (!(await condition().catch(() => false))) {
    if (Date.now() > end) throw new Error(`${what} did not happen within ${timeoutMs} ms`);
    await sleep(50);
  }
}

const ask = async (port, ...args) => {
  const socket = await openBare(port);
  try {
    return (await socket.replies(encode(args))).toString();
  } finally {
    socket.close();
  }
};

async function startNode(binary, { cluster, pin }) {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'slotwise-bench-'));
  const settings = ['--port', port, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no', '--loglevel', 'warning'];
  if (cluster) settings.push('--cluster-enabled', 'yes', '--cluster-node-timeout', '5000');
  const command = pin === undefined ? [binary] : ['taskset', '-c', String(pin), binary];
  const child = spawn(command[0], [...command.slice(1), ...settings.map(String)], { stdio: 'ignore' });
  const exited = new Promise((resolve) => child.once('close', resolve).once('error', resolve));
  await until(`the start of ${binary}`, async () => (await ask(port, 'PING')).includes('PONG'));
  return {
    port,
    pause: () => child.kill('SIGSTOP'),
    resume: () => child.kill('SIGCONT'),
    stop: async () => {
      child.kill('SIGKILL');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Starts one server, or a cluster of three primaries; `pin` keeps a single server on the last core where taskset exists. */
export async function startServers({ binary, cluster = false, pin = false }) {
  const core = pin && !cluster && hasTaskset() ? availableParallelism() - 1 : undefined;
  const nodes = [];
  for (let i = 0; i < (cluster ? 3 : 1); i += 1) nodes.push(await startNode(binary, { cluster, pin: core }));
  const ports = nodes.map(({ port }) => port);
  if (cluster) await formCluster(ports);
  const version = /(?:valkey|redis)_version:(\S+)/.exec(await ask(ports[0], 'INFO', 'server'))?.[1];
  return {
    topology: { cluster, ports },
    version,
    pause: () => nodes.forEach((node) => void node.pause()),
    resume: () => nodes.forEach((node) => void node.resume()),
    stop: () => Promise.all(nodes.map((node) => node.stop())),
  };
}

async function formCluster(ports) {
  const starts = ports.map((_, i) => Math.floor((i * 16_384) / ports.length));
  for (const [i, port] of ports.entries()) {
    const last = (starts[i + 1] ?? 16_384) - 1;
    await sendAll(
      [port],
      [['CLUSTER', 'ADDSLOTSRANGE', starts[i], last], ...ports.map((other) => ['CLUSTER', 'MEET', '127.0.0.1', other])],
    );
  }
  for (const port of ports) {
    await until('a whole cluster', async () => {
      const info = await ask(port, 'CLUSTER', 'INFO');
      return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${ports.length}`);
    });
  }
}
