import type { Evidence, Finding, Holding } from './checks/check.js';
import { evidenceOf } from './checks/evidence.js';
import { judge } from './checks/index.js';
import { FIRST_AND_LAST, LAST } from './checks/settling.js';
import { faults } from './faults/index.js';
import { openSockets } from './network/virtual-socket.js';
import { type DrawOptions, drawPlan, OPERATION } from './planning/draw-plan.js';
import { LEAST_COMMANDS, type Plan } from './planning/plan.js';
import { showPlan } from './planning/show-plan.js';
import type { DeploymentKind } from './topologies/deployment.js';
import { topologies } from './topologies/index.js';
import { type CallRecord, Calls } from './workloads/calls.js';
import { issueFirstAndLast, issueFresh, issueLast, LAST_COMMANDS } from './workloads/fresh.js';
import { workloadOf } from './workloads/index.js';
import { Programs } from './workloads/programs.js';
import { World } from './world.js';

/** Something that must never happen, and did. */
export interface Violation extends Finding {
  /** Name of the check. */
  readonly check: string;
}

export interface SeedOptions extends DrawOptions {
  readonly trace?: boolean;
  /** Only these faults of the plan, by their place in it. The others are drawn and left out, so nothing else changes. */
  readonly faults?: readonly number[];
  /** Only these workloads, likewise. */
  readonly workloads?: readonly number[];
}

/** What a seed brought, for whoever runs many. */
export interface SeedResult {
  readonly seed: number;
  readonly kind: DeploymentKind;
  /** Calls of the programs that have settled. */
  readonly commands: number;
  /** Names of the faults that began, in order. */
  readonly faults: readonly string[];
  readonly virtualMs: number;
  /** Two runs of a seed have the same one. */
  readonly fingerprint: number;
  readonly violations: readonly Violation[];
  /** The trace, if it was asked for. */
  readonly lines: readonly string[];
  /** How the calls ended: `ok`, or the name of the error with `executed`. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** How many events `failover` the clients told. */
  readonly failovers: number;
}

/** How long servers may take to agree after all faults, in ms. */
const SETTLE_MS = 60_000;
/** Steps in which time goes on where something is looked at in between, in ms. */
const STEP_MS = 50;
/** How long calls without a deadline, and `close()`, may take when all is well, in ms. */
const END_MS = 20_000;
/** How long a member of a ring that was ejected may take to come back, in ms: it is looked at as often as any node that fails (docs/monitor.md). */
const RETURN_MS = 15_000;
/** Deadlines are kept by a tick of 10 ms, and answered in the loop after it. */
const LATE_MS = 100;
/** Between two looks at what the process of the client holds, in ms. */
const LOOK_MS = 500;

/** Runs a seed. Has to be called in an immediate, not in a promise: see `drain` of the client's process. */
export function runSeed(seed: number, options: SeedOptions = {}): SeedResult {
  const plan = drawPlan(seed, options);
  const world = new World(seed, { isTraced: options.trace ?? false, latency: plan.latency });
  world.enter();
  try {
    return new Seed(plan, world, options).run();
  } finally {
    world.leave();
  }
}

class Seed {
  readonly #calls: Calls;
  readonly #programs: Programs;
  readonly #faults: string[] = [];
  readonly #heals: (() => void)[] = [];
  readonly #violations: Violation[] = [];
  #fresh: readonly CallRecord[] = [];
  #settledAt = Number.POSITIVE_INFINITY;
  /** What is left when all clients are closed. */
  readonly #left: string[] = [];
  readonly #holdings: Holding[] = [];

  constructor(
    private readonly plan: Plan,
    private readonly world: World,
    private readonly options: SeedOptions,
  ) {
    this.#calls = new Calls(() => world.timeline.now);
    this.#programs = new Programs(world, this.#calls);
  }

  run(): SeedResult {
    const { plan, world } = this;
    const deployment = topologies[plan.deployment.kind](world, plan.deployment);
    if (plan.deployment.hasTls) for (const server of deployment.servers) server.tls = 'ok';
    world.deploy(deployment);
    this.#look();
    this.#storm();
    this.#heal();
    if (this.#hasSettled()) this.#calm();
    this.#end();
    return this.#result();
  }

  /** Notes what the process of the client holds, now and then. */
  #look(): void {
    const { timeline, client } = this.world;
    const queues = [...this.#programs.clients].map(([name, { redis }]) => {
      const { commands, bytes, nodes } = redis.stats();
      return { client: name, commands, bytes, exclusive: Math.max(0, ...nodes.map(({ exclusiveConnections }) => exclusiveConnections)) };
    });
    this.#holdings.push({ at: timeline.now, sockets: openSockets.size, timers: client.openTimers, queues });
    timeline.after(LOOK_MS, () => this.#look());
  }

  #is<Part>(part: readonly number[] | undefined, all: readonly Part[]): (readonly [number, Part])[] {
    return all.map((one, number) => [number, one] as const).filter(([number]) => part?.includes(number) ?? true);
  }

  #storm(): void {
    const { plan, world, options } = this;
    for (const client of plan.clients) this.#programs.begin(client);
    for (const [number, workload] of this.#is(options.workloads, plan.workloads)) this.#programs.plan(number, workload);
    for (const [number, { name, atMs, lastsMs }] of this.#is(options.faults, plan.faults)) {
      const random = world.random.fork(`fault/${number}`);
      world.timeline.after(atMs, () => {
        const heal = this.#befall(name, random);
        this.#heals.push(heal);
        if (atMs + lastsMs < plan.stormMs) world.timeline.after(lastsMs, heal);
      });
    }
    world.run(() => false, plan.stormMs);
  }

  /** Begins a fault. Returns what heals it, once. */
  #befall(name: string, random: World['random']): () => void {
    const { world } = this;
    if (name === OPERATION) {
      this.#operate(random);
      return () => undefined;
    }
    const fault = faults.find((one) => one.name === name);
    if (fault === undefined) throw new Error(`no fault ${name}`);
    this.#faults.push(name);
    world.trace.add('fault', name);
    const heal = fault.begin(world, random);
    let isHealed = false;
    return () => {
      if (isHealed) return;
      isHealed = true;
      world.trace.add('healed', name);
      heal();
    };
  }

  /** An operator does something, which goes on by itself. */
  #operate(random: World['random']): void {
    const { operations } = this.world.deployment;
    const names = Object.keys(operations);
    if (names.length === 0) return;
    const name = random.pick(names);
    this.#faults.push(`${OPERATION}: ${name}`);
    this.world.trace.add('operator', name);
    operations[name]?.(random);
  }

  #heal(): void {
    const { world } = this;
    for (const heal of this.#heals) heal();
    world.network.healAll();
    world.trace.add('seed', 'all faults are over');
    this.#programs.isOver = true;
    world.run(() => !world.client.standsStill, SETTLE_MS);
  }

  #hasSettled(): boolean {
    const { world } = this;
    const endAt = world.timeline.now + SETTLE_MS;
    while (!world.deployment.isSettled()) {
      if (world.timeline.now >= endAt) {
        this.#violate('servers settle', `the servers did not agree within ${SETTLE_MS} ms after all faults`);
        return false;
      }
      world.run(() => false, STEP_MS);
    }
    world.trace.add('seed', 'the servers have settled');
    this.#settledAt = world.timeline.now;
    this.#programs.hasSettled = true;
    return true;
  }

  /** Fresh commands succeed on every client that is open. */
  #calm(): void {
    this.#awaitReturns();
    const { world } = this;
    const programs = this.#programs;
    let left = 0;
    for (const client of programs.clients.values()) {
      if (client.isEnded) continue;
      left++;
      const boundMs = boundOf(client.plan.options);
      const context = programs.contextOf('fresh', client);
      world.client.arrive(() =>
        programs.run(async () => {
          this.#fresh = [...this.#fresh, ...(await issueFresh(context, boundMs))];
          left--;
        }, context),
      );
    }
    world.run(() => left === 0, END_MS);
    if (left > 0) this.#violate('fresh commands succeed', 'fresh commands did not settle');
    this.#fill();
  }

  /** Members of a ring that were ejected come back once they are well. */
  #awaitReturns(): void {
    if (this.plan.deployment.ring === undefined) return;
    const open = [...this.#programs.clients.values()].filter(({ isEnded }) => !isEnded);
    const away = (): string[] => open.flatMap(({ redis }) => redis.stats().ring?.ejected ?? []);
    this.world.run(() => away().length === 0, RETURN_MS);
    if (away().length > 0) this.#violate('ejected members come back', `${away().join(', ')} did not within ${RETURN_MS} ms`);
  }

  /** Commands that programs did not get to, because those before took long, are made up for. */
  #fill(): void {
    const { world } = this;
    const calls = this.#calls;
    const missing = LEAST_COMMANDS - LAST_COMMANDS - (calls.all.length - calls.open);
    const client = [...this.#programs.clients.values()].find(({ isEnded }) => !isEnded);
    if (missing <= 0 || client === undefined) return;
    const context = this.#programs.contextOf('fill', client, missing);
    let isDone = false;
    world.client.arrive(() =>
      this.#programs.run(async () => {
        await workloadOf('bursts').run(context);
        isDone = true;
      }, context),
    );
    world.run(() => isDone, END_MS);
  }

  /** All calls settle, the clients close, and nothing is left. */
  #end(): void {
    const { world } = this;
    const programs = this.#programs;
    const calls = this.#calls;
    const deadline = calls.all.reduce((latest, { settledAt, deadlineAt }) => {
      return settledAt === null && Number.isFinite(deadlineAt) ? Math.max(latest, deadlineAt) : latest;
    }, world.timeline.now + END_MS);
    // Those who block without a limit wait for `close()`.
    const isQuiet = (): boolean => calls.open === calls.openEndless;
    if (!isQuiet()) world.run(isQuiet, deadline + LATE_MS - world.timeline.now);
    const isCalm = this.#settledAt < Number.POSITIVE_INFINITY;
    for (const [name, client] of programs.clients) {
      world.client.arrive(() => {
        if (isCalm && !client.isEnded) {
          for (const issue of [issueLast, issueFirstAndLast]) {
            const context = programs.contextOf(issue === issueLast ? LAST : FIRST_AND_LAST, client);
            programs.run(issue, context);
          }
        }
        programs.end(name, 'close');
      });
    }
    world.run(() => programs.closed === programs.clients.size && programs.open === 0, END_MS);
    world.run(() => false, LATE_MS);
    this.#left.push(...world.client.openTimerNames.map((timer) => `a timer: ${timer}`));
    if (openSockets.size > 0) this.#left.push(`${openSockets.size} sockets`);
    for (const [name, { redis }] of programs.clients) {
      const { commands, bytes, waiting } = redis.stats();
      if (commands + bytes + waiting > 0) this.#left.push(`${commands} commands, ${bytes} bytes, ${waiting} waiting of client ${name}`);
    }
  }

  #violate(check: string, text: string, calls: readonly number[] = []): void {
    const at = this.world.timeline.now;
    this.#violations.push({ check, at, text, calls });
    this.world.trace.add('VIOLATION', check, text);
  }

  get #evidence(): Evidence {
    const { plan, world } = this;
    return evidenceOf({
      plan,
      world,
      calls: this.#calls,
      events: this.#programs.events,
      fresh: this.#fresh,
      faults: this.#faults,
      settledAt: this.#settledAt,
      left: this.#left,
      holdings: this.#holdings,
    });
  }

  #result(): SeedResult {
    const { plan, world } = this;
    const outcomes: Record<string, number> = {};
    for (const { outcome } of this.#calls.all) {
      const name = outcome === null ? 'open' : outcome.ok ? 'ok' : `${outcome.error.code ?? outcome.error.name} ${outcome.error.executed}`;
      outcomes[name] = (outcomes[name] ?? 0) + 1;
    }
    return {
      seed: plan.seed,
      kind: plan.deployment.kind,
      commands: this.#calls.all.length - this.#calls.open,
      faults: this.#faults,
      virtualMs: world.timeline.now,
      fingerprint: world.trace.fingerprint,
      violations: [...this.#violations, ...judge(this.#evidence)],
      lines: world.trace.isOn ? [...showPlan(plan), ...world.trace.lines] : [],
      outcomes,
      failovers: this.#programs.events.filter(({ name }) => name === 'failover').length,
    };
  }
}

/** Within what time a fresh command succeeds when the servers are well: the longest backoff, an attempt to connect, a look at the topology. */
function boundOf({ reconnect, connectTimeoutMs }: Plan['clients'][number]['options']): number {
  return 2_000 + (reconnect?.maxMs ?? 2_000) + (connectTimeoutMs ?? 2_000);
}
