import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { createClient, type Redis } from '../../lib/index.js';
import type { RingOfServers } from '../../test/support/ring.js';
import { Server } from '../../test/support/server.js';
import { showLedger } from './failover.js';
import { ledgerOf } from './ledger.js';
import { Load } from './load.js';
import { duration, grouped, plural, type Report } from './report.js';

const KEYS = 1_000;
const COUNTERS = 300;
const PER_SECOND = 1_000;
const DOWN_MS = 500;
/** What another member does delays nobody's answers by more, or the claim fails. */
const WORST_MS = 1_000;

/** Places keys on independent servers, kills one of them, and adds one. */
export async function showRing(report: Report, ring: RingOfServers): Promise<void> {
  report.chapter('Ring: keys on three independent servers, one is killed, a fourth joins');
  await using redis = createClient({ topology: ring.topology });
  redis.on('error', ({ message }) => report.note(`the client tells: ${message}`));
  await showPlaces(report, redis, ring);
  report.line();
  await showKill(report, redis, ring);
  report.line();
  await showJoin(report, redis, ring);
}

const keys = Array.from({ length: KEYS }, (_, i) => `ring:${i}`);

async function showPlaces(report: Report, redis: Redis, { members }: RingOfServers): Promise<void> {
  await Promise.all(keys.map((key) => redis.set(key, `value of ${key}`)));
  const misplaced: string[] = [];
  const counts: string[] = [];
  for (const [name, address] of Object.entries(members)) {
    const found = await keysAt(address);
    misplaced.push(...found.filter((key) => redis.memberOf(key) !== name));
    counts.push(`${name} ${found.length}`);
  }
  const held = counts.reduce((sum, count) => sum + Number(count.split(' ')[1]), 0);
  report.claim(
    held === KEYS && misplaced.length === 0,
    `each of ${grouped(KEYS)} keys is on the server that memberOf(key) names, and nowhere else (KEYS): ${counts.join(', ')}`,
  );
  const values = await redis.mget(keys);
  const expected = keys.map((key) => `value of ${key}`);
  report.claim(isDeepStrictEqual(values, expected), `one mget of all ${grouped(KEYS)} is split over the members and answered in order`);
}

/** A client that is not told of any ring. */
async function keysAt(address: string): Promise<string[]> {
  await using redis = createClient(`redis://${address}`);
  return redis.keys('ring:*');
}

async function showKill(report: Report, redis: Redis, ring: RingOfServers): Promise<void> {
  const killed = ring.server(1);
  const [killedName] = Object.entries(ring.members).find(([, address]) => address === killed.address) ?? [];
  const counters = Array.from({ length: COUNTERS }, (_, i) => `counter:${i}`).filter((key) => redis.memberOf(key) !== killedName);
  const waiting = keys.find((key) => redis.memberOf(key) === killedName) ?? '';
  report.line(`load: ${grouped(PER_SECOND)} INCR/s and ${grouped(PER_SECOND)} GET/s on ${counters.length} counters of the other members`);
  const load = new Load(redis, { keys: counters, perSecond: PER_SECOND });
  await sleep(DOWN_MS);

  const killing = performance.now();
  report.note(`SIGKILL to member ${killedName}, ${killed.address}, which starts again after ${duration(DOWN_MS)}`);
  await killed.kill();
  const answered = redis.get(waiting).then(
    () => performance.now(),
    () => null,
  );
  await sleep(DOWN_MS);
  const restarting = performance.now();
  await killed.restart();
  const answeredAt = await answered;
  const operations = await load.stop();

  const ledger = ledgerOf(operations);
  const values = await redis.mget(counters);
  const found = values.reduce((sum, value) => sum + Number(value), 0);
  showLedger(report, ledger, found);
  const meanwhile = operations.filter(({ issuedAt }) => issuedAt > killing).length;
  report.claim(
    ledger.errors.size === 0 && meanwhile > 0,
    `the other members go on: no caller saw an error, ${plural(meanwhile, 'call')} since the kill`,
  );
  const worstMs = Math.max(ledger.worstWriteMs, ledger.worstReadMs);
  report.claim(worstMs < WORST_MS, `nor waited for it: the slowest answer took ${Math.ceil(worstMs)} ms`);
  report.claim(found === ledger.acknowledged, 'they have exactly the acknowledged increments');
  report.claim(
    answeredAt !== null && answeredAt >= restarting,
    `a GET on member ${killedName} waited for it${answeredAt === null ? ', and failed' : `, and was answered ${duration(answeredAt - restarting)} after it was started`}`,
  );
}

async function showJoin(report: Report, redis: Redis, ring: RingOfServers): Promise<void> {
  const newcomer = await Server.start();
  try {
    const before = keys.map((key) => redis.memberOf(key));
    redis.setMembers({ ...ring.members, d: newcomer.address });
    const moved = keys.filter((key, at) => redis.memberOf(key) !== before[at]);
    const elsewhere = moved.filter((key) => redis.memberOf(key) !== 'd');
    report.claim(
      moved.length > 0 && elsewhere.length === 0,
      `setMembers adds d: ${moved.length} of ${grouped(KEYS)} keys are its own now, the others stay where they are`,
    );
    await Promise.all(moved.map((key) => redis.set(key, 'written again')));
    const found = await keysAt(newcomer.address);
    report.claim(isDeepStrictEqual(found.sort(), [...moved].sort()), 'written again, all of them and no others are found on d');
  } finally {
    await newcomer.stop();
  }
}
