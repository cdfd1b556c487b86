import type { Redis } from '../../../lib/index.js';
import type { ClientPlan, WorkloadPlan } from '../planning/plan.js';
import type { World } from '../world.js';
import { Caller } from './caller.js';
import type { Calls } from './calls.js';
import { workloadOf } from './index.js';
import { clientOf, type RunningClient, type WorkloadContext } from './workload.js';

const EVENTS = ['ready', 'topology', 'failover', 'reconnecting', 'gap', 'error', 'close', 'eject', 'return', 'members'] as const;

/** An event that a client told its program. */
export interface ToldEvent {
  readonly at: number;
  readonly client: string;
  readonly name: (typeof EVENTS)[number];
  readonly detail: unknown;
}

/** The user's side of a seed: clients, and the programs that work with them, all in the loop of one process. */
export class Programs {
  readonly clients = new Map<string, RunningClient>();
  readonly events: ToldEvent[] = [];
  /** Programs that have begun and not ended. */
  open = 0;
  isOver = false;
  hasSettled = false;
  /** Clients whose `close()` or `destroy()` is done. */
  closed = 0;

  constructor(
    private readonly world: World,
    private readonly calls: Calls,
  ) {}

  /** Makes a client, in the loop of the process. */
  begin(plan: ClientPlan): void {
    const { world } = this;
    world.client.run(() => {
      const client: RunningClient = { plan, redis: clientOf(plan, world.deployment), isEnded: false };
      this.clients.set(plan.name, client);
      world.deployment.joined?.(client);
      this.#listen(client);
      if (plan.connects) this.#start('connect', client, (me) => me.call(['CONNECT'], (redis) => redis.connect()));
    });
    const { ends } = plan;
    if (ends !== null) world.timeline.after(ends.atMs, () => world.client.arrive(() => this.end(plan.name, ends.by)));
  }

  /** Ends a client, as its program would. */
  end(name: string, by: 'close' | 'destroy'): void {
    const client = this.clients.get(name);
    if (client === undefined || client.isEnded) return;
    client.isEnded = true;
    this.#start('end', client, async (me) => {
      // Whoever shuts a program down may not know that another part of it has begun to.
      const times = this.world.random.fork(`end/${name}`).chance(0.3) ? 2 : 1;
      const close = (redis: Redis): Promise<unknown> => Promise.all(Array.from({ length: times }, () => redis.close()));
      await me.call([by.toUpperCase()], async (redis) => void (await (by === 'close' ? close(redis) : redis.destroy())), { timeoutMs: 0 });
      this.closed++;
    });
  }

  /** Starts all programs of a workload, each a little after the one before. */
  plan(number: number, workload: WorkloadPlan): void {
    const { world } = this;
    for (let program = 0; program < workload.programs; program++) {
      const random = world.random.fork(`workload/${number}/${program}`);
      world.timeline.after(workload.startMs + program * 0.5, () =>
        world.client.arrive(() => {
          const client = this.clients.get(workload.client);
          if (client === undefined || client.isEnded || this.isOver) return;
          this.run(workloadOf(workload.name).run, {
            world,
            workload,
            client,
            calls: this.calls,
            program,
            random,
            isOver: () => this.isOver || client.isEnded,
            hasSettled: () => this.hasSettled,
            background: (run) => this.#count(run()),
          });
        }),
      );
    }
  }

  run(program: (context: WorkloadContext) => Promise<void>, context: WorkloadContext): void {
    this.#count(program(context));
  }

  #count(running: Promise<void>): void {
    this.open++;
    running.then(
      () => {
        this.open--;
      },
      (error) => {
        this.open--;
        this.world.client.uncaught.push(error);
      },
    );
  }

  #start(name: string, client: RunningClient, use: (me: Caller) => Promise<unknown>): void {
    const context = this.contextOf(name, client);
    this.run(async () => void (await use(new Caller(context))), context);
  }

  /** A program of no workload of the plan. */
  contextOf(name: string, client: RunningClient, commands = Number.POSITIVE_INFINITY): WorkloadContext {
    const { world, calls } = this;
    const workload = { name, client: client.plan.name, programs: 1, commands, startMs: 0, pauseMs: 0, view: {} };
    const random = world.random.fork(`program/${name}/${client.plan.name}`);
    return {
      world,
      workload,
      client,
      calls,
      program: 0,
      random,
      isOver: () => client.isEnded,
      hasSettled: () => this.hasSettled,
      background: (run) => this.#count(run()),
    };
  }

  #listen({ plan, redis }: RunningClient): void {
    const { world } = this;
    for (const name of EVENTS) {
      redis.on(name, (detail?: unknown) => {
        this.events.push({ at: world.timeline.now, client: plan.name, name, detail });
        world.trace.add(plan.name, `tells ${name}`, () => textOf(name, detail));
      });
    }
  }
}

function textOf(name: ToldEvent['name'], detail: unknown): string {
  if (name === 'topology' || detail === undefined) return '';
  if (detail instanceof Error) return detail.message;
  return JSON.stringify(detail, (_key, value) => (value instanceof Error ? value.message : value));
}
