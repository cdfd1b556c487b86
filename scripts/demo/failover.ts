import { setTimeout as sleep } from 'node:timers/promises';
import { type ClientOptions, createClient, type ReadMode } from '../../lib/index.js';
import type { Server } from '../../test/support/server.js';
import { balances, firstAnswer, type Ledger, ledgerOf, onTheWay } from './ledger.js';
import { Load, type Operation } from './load.js';
import { whenWritable } from './probe.js';
import { duration, grouped, plural, type Report } from './report.js';

export interface FailoverScene {
  readonly title: string;
  readonly topology: NonNullable<ClientOptions['topology']>;
  readonly reads: ReadMode;
  /** Of the counter that is written. */
  readonly key: string;
  readonly primary: () => Promise<Server>;
  /** Who may take over. */
  readonly successors: () => Promise<readonly Server[]>;
  /** Where somebody must name the new primary before clients can find it. */
  readonly named?: (old: Server, limitMs: number) => Promise<number | null>;
}

const PER_SECOND = 500;
/** The client is back this soon after the servers, or the claim fails. */
const BACK_WITHIN_MS = 1_000;
/** Reads that may use replicas are answered within this time while there is no primary. */
const READS_WITHIN_MS = 1_000;
const GIVE_UP_MS = 20_000;

/** Kills a primary under load, and shows who noticed what. */
export async function showFailover(report: Report, scene: FailoverScene): Promise<void> {
  const { key } = scene;
  report.chapter(scene.title);
  await using redis = createClient({ topology: scene.topology, reads: scene.reads, timeoutMs: GIVE_UP_MS });
  await redis.set(key, '0');
  const primary = await scene.primary();
  const successors = await scene.successors();
  report.line(`load: ${PER_SECOND} INCR/s and ${PER_SECOND} GET/s (reads: '${scene.reads}') on one key, deadline ${GIVE_UP_MS / 1_000} s`);
  const load = new Load(redis, { keys: [key], perSecond: PER_SECOND });
  await sleep(1_000);

  const killedAt = performance.now();
  const kill = primary.kill();
  report.note(`SIGKILL to the primary ${primary.address} after ${plural(load.operations.length, 'operation')}`);
  await kill;
  const endedAt = performance.now();
  const namedAt = scene.named?.(primary, GIVE_UP_MS) ?? endedAt;
  const writableAt = await whenWritable(successors, `{${key}}:probe`, GIVE_UP_MS);
  if (writableAt !== null) report.note(`${duration(writableAt - killedAt)} after the kill a server takes writes again (asked directly)`);
  const knownAt = await namedAt;
  if (scene.named !== undefined && knownAt !== null)
    report.note(`${duration(knownAt - killedAt)} after the kill the first sentinel names it`);
  await sleep(1_000);
  const operations = await load.stop();
  const backAt = firstAnswer(operations, 'INCR', endedAt);

  const ledger = ledgerOf(operations);
  const found = Number(await askForCounter(await scene.primary(), key));
  showLedger(report, ledger, found);
  const readsWaited = scene.reads === 'primary' || ledger.worstReadMs < READS_WITHIN_MS;
  report.claim(
    ledger.readErrors === 0 && readsWaited,
    scene.reads === 'primary' ? 'no read failed' : 'no read failed or waited: replicas served them',
  );
  const atKill = onTheWay(operations, killedAt);
  report.claim(ledger.failed === 0, 'no write failed that provably did not run: each was sent again and acknowledged');
  report.claim(ledger.unknown <= atKill + inBetween(operations, killedAt, endedAt), unknownClaim(ledger));
  report.claim(balances(ledger, found), foundClaim(ledger, found));
  if (ledger.lostByServer > 0) explainLoss(report, ledger);
  if (backAt === null || writableAt === null || knownAt === null) return report.claim(false, 'writes were served again');
  const behindMs = backAt - Math.max(writableAt, knownAt);
  const lag = (since: number): string => duration(Math.max(0, backAt - since));
  const since = `${scene.named === undefined ? '' : `${lag(knownAt)} after the naming, `}${lag(writableAt)} after the first direct write`;
  report.claim(behindMs < BACK_WITHIN_MS, `the client was back ${duration(backAt - killedAt)} after the kill: ${since}`);
}

/** Issued while the process was ending. */
function inBetween(operations: readonly Operation[], from: number, to: number): number {
  return operations.filter(({ kind, issuedAt }) => kind === 'INCR' && issuedAt > from && issuedAt <= to).length;
}

function unknownClaim({ unknown }: Ledger): string {
  return unknown === 0
    ? 'no write was cut in half: each has a definite answer'
    : `${plural(unknown, 'write')} on the way when the server died rejected as executed: 'unknown', none sent twice`;
}

function foundClaim({ acknowledged, lostByServer }: Ledger, found: number): string {
  const extra = found - acknowledged + lostByServer;
  const rest = extra === 0 ? 'what was acknowledged, no more and no less' : `what was acknowledged, and ${grouped(extra)} of the unknown`;
  return `the new primary has ${grouped(found)}: ${rest}`;
}

function explainLoss(report: Report, { lostByServer }: Ledger): void {
  report.line(`  ${plural(lostByServer, 'write')} acknowledged by the old primary had not reached a replica when it died. Replication is`);
  report.line('  asynchronous; no client can bring them back.');
}

/** Straight from the server. */
export async function askForCounter(server: Server, key: string): Promise<string> {
  return String((await server.ask('GET', key)) ?? 0);
}

export function showLedger(report: Report, ledger: Ledger, found: number): void {
  report.table([
    ['INCR', 'acknowledged', 'failed', 'unknown', 'found on the server', 'GET', 'failed'],
    [...[ledger.writes, ledger.acknowledged, ledger.failed, ledger.unknown, found, ledger.reads, ledger.readErrors].map(grouped)],
  ]);
  const errors = [...ledger.errors].map(([code, count]) => `${code} ${grouped(count)}`);
  report.line(
    `errors by kind: ${errors.length === 0 ? 'none' : errors.join(', ')}; slowest INCR ${duration(ledger.worstWriteMs)}, GET ${duration(ledger.worstReadMs)}`,
  );
}
