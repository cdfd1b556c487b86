import { setTimeout as sleep } from 'node:timers/promises';
import { type Fault, LIMIT_MS, oneOutage, PROBE_KEY, type Scene } from '../fault.js';
import type { Moments } from '../ledger.js';
import { nowMs } from '../now.js';
import { whenWritable } from '../prober.js';
import { placeOf } from '../stages/stage.js';
import type { VirtualIpStage } from '../stages/virtual-ip.js';

type VirtualIpScene = Scene<VirtualIpStage>;

/** The roles change first, so that nothing is lost, then the address moves. `cut`: the connections that led to the old server break. */
function moved(cut: boolean) {
  return async ({ stage }: VirtualIpScene): Promise<Moments> => {
    const primary = await stage.primary();
    const promoted = stage.standby();
    const struckAt = nowMs();
    await primary.ask('FAILOVER', 'TO', promoted.host, promoted.port);
    await whenWritable([promoted], PROBE_KEY, LIMIT_MS);
    stage.relay.repoint(placeOf(promoted));
    if (cut) stage.relay.cut();
    return oneOutage(struckAt, await whenWritable([stage.relay], PROBE_KEY, LIMIT_MS));
  };
}

/** The server dies; whoever guards the address promotes the other one and moves the address, some seconds later. */
async function killed({ stage }: VirtualIpScene): Promise<Moments> {
  const primary = await stage.primary();
  const promoted = stage.standby();
  const struckAt = nowMs();
  await primary.kill();
  await sleep(1_500);
  await promoted.ask('REPLICAOF', 'NO', 'ONE');
  stage.relay.repoint(placeOf(promoted));
  return oneOutage(struckAt, await whenWritable([stage.relay], PROBE_KEY, LIMIT_MS));
}

const BOUNDS = { failedWritesMs: 10, readsFailed: 0, back: { worstMs: 100 } };

export const virtualIpFaults: readonly Fault<VirtualIpStage>[] = [
  { name: 'moved-cut', title: 'address moved, connections closed', strike: moved(true), bounds: { ...BOUNDS, failedWritesOfOutage: true } },
  { name: 'moved', title: 'address moved, connections left open', strike: moved(false), bounds: BOUNDS },
  { name: 'killed', title: 'server SIGKILL, address moved 1.5 s later', direct: true, strike: killed, bounds: BOUNDS },
];
