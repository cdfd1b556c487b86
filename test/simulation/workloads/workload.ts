import { createClient, type ReadRequest, type Redis } from '../../../lib/index.js';
import type { ClientPlan, Plan, ViewPlan, WorkloadPlan } from '../planning/plan.js';
import type { Random } from '../time/random.js';
import type { World } from '../world.js';
import type { Calls } from './calls.js';

/** A client that lives in the world. */
export interface RunningClient {
  readonly plan: ClientPlan;
  readonly redis: Redis;
  /** `close()` or `destroy()` was called. */
  isEnded: boolean;
}

/** What a program of a workload works with. */
export interface WorkloadContext {
  readonly world: World;
  readonly workload: WorkloadPlan;
  readonly client: RunningClient;
  readonly calls: Calls;
  /** Number of the program within its workload. */
  readonly program: number;
  readonly random: Random;
  /** The program ends after what it does at the moment: the seed is over, or its client ended. */
  isOver(): boolean;
  /** All faults are over, and the servers agree. */
  hasSettled(): boolean;
  /** Something of the program that goes on beside it. */
  background(run: () => Promise<void>): void;
}

/** What programs do. */
export interface Workload {
  readonly name: string;
  /** How often it is drawn, in comparison with the others; 0: it makes no sense with these servers. */
  weight(plan: Pick<Plan, 'deployment'>): number;
  /** What its view is always made of. */
  readonly view?: ViewPlan;
  /** Programs at most. */
  readonly most?: number;
  /** One program, in the loop of the client. Never rejects by what the client does. */
  run(context: WorkloadContext): Promise<void>;
}

export function sleep({ world }: Pick<WorkloadContext, 'world'>, ms: number): Promise<void> {
  return new Promise((resolve) => void world.client.timers.setTimeout(resolve, ms));
}

/** Makes the view of a plan. */
export function viewOf(redis: Redis, { domain, hasSession, ...view }: ViewPlan): Redis {
  let one = redis;
  if (domain !== undefined) one = one.domain(domain);
  if (hasSession === true) one = one.session();
  const { timeoutMs, reads, maxLagMs, isIdempotent, isHedged, waitReplicas, buffers, integers } = view;
  const options = { timeoutMs, reads, maxLagMs, idempotent: isIdempotent, hedge: isHedged, waitReplicas, buffers, integers };
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  // The types of replies follow from options that are drawn: whoever reads one knows that it may be bytes.
  return Object.keys(given).length === 0 ? one : (one.with(given) as unknown as Redis);
}

/** Makes the client of a plan. */
export function clientOf({ options, functions }: ClientPlan, { topology }: World['deployment']): Redis {
  return createClient({
    ...(options as object),
    topology,
    ...(functions.includes('credentials') ? { credentials: () => Promise.resolve({ username: 'default', password: 'any' }) } : {}),
    ...(functions.includes('addressMap') ? { addressMap: (address: string) => address } : {}),
    ...(functions.includes('reads') ? { reads: ({ candidates }: ReadRequest) => candidates.at(-1)?.key ?? '' } : {}),
  }) as Redis;
}
