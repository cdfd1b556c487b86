import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../test/support/wait.js';
import { type Fault, PROBE_KEY, type Scene } from '../fault.js';
import type { Moments, Outage } from '../ledger.js';
import { nowMs } from '../now.js';
import { whenWritable } from '../prober.js';
import type { ReplicationStage } from '../stages/replication.js';

const FAILOVERS = { whole: 100, quick: 10 };
const WARM_UP = 10;
const LIMIT_MS = 10_000;
/** Messages go their new way for so long before the next one. */
const MESSAGES_MS = 300;

/** One real change of roles, as fast as servers can: two members change places, the third follows in cascade. */
async function handOver({ stage }: Scene<ReplicationStage>): Promise<Outage> {
  const primary = await stage.primary();
  const promoted = await until(
    async () => {
      for (const replica of await stage.replicas()) {
        const { master_port, master_link_status } = await replica.info('replication');
        if (master_port === String(primary.port) && master_link_status === 'up') return replica;
      }
      return null;
    },
    { everyMs: 5, timeoutMs: LIMIT_MS, what: 'a replica follows the primary' },
  );
  await primary.ask('FAILOVER', 'TO', promoted.host, promoted.port);
  // Until then the primary holds back writes and messages (up to a second, for the replica's word): that is not an outage of ours.
  const backAt = await whenWritable([promoted], PROBE_KEY, LIMIT_MS);
  // As sentinels do with who was demoted: otherwise publishers and subscribers stay with it until they look.
  for (const type of ['normal', 'pubsub']) await primary.ask('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes');
  await until(async () => String(await promoted.ask('CLIENT', 'LIST', 'TYPE', 'PUBSUB')).includes('sub='), {
    everyMs: 5,
    timeoutMs: LIMIT_MS,
    what: 'the subscriber has followed',
  });
  await sleep(MESSAGES_MS);
  return { struckAt: backAt, backAt };
}

async function failovers(scene: Scene<ReplicationStage>, times: number): Promise<Moments> {
  const outages: Outage[] = [];
  for (let i = 0; i < times; i++) outages.push(await handOver(scene));
  return { struckAt: outages[0]?.struckAt ?? nowMs(), outages };
}

/** For subscribers alone: nothing may grow. */
export const hundredFailovers: Fault<ReplicationStage> = {
  name: 'hundred',
  title: 'a hundred failovers in a row (FAILOVER TO), connections cut',
  leaks: true,
  warmUp: (scene) => failovers(scene, WARM_UP),
  strike: (scene) => failovers(scene, scene.quick ? FAILOVERS.quick : FAILOVERS.whole),
  bounds: {},
};
