import { ReplyError } from '../../errors.js';
import { performance, sleep } from '../../runtime/runtime.js';
import { thrownText } from '../../util/user-function.js';
import { AdminError } from '../admin-error.js';
import { durationText } from '../health/amounts.js';
import type { NodeClient } from '../node-connections.js';
import { primariesIn, serverAt } from '../replication/tree.js';
import { tell } from '../tell.js';
import { askSentinel } from './read-group.js';
import { primariesNamed, type SentinelGroupState, watchingOf } from './sentinel-group.js';
import { isFailingOver } from './sentinel-view.js';
import { describeSentinelStep, isSecretSetting, type SentinelPlan, type SentinelStep } from './steps.js';

export interface SentinelRunOptions {
  /** Signal to stop: nothing more is begun, and nothing is waited for. */
  readonly stop?: AbortSignal;
  /** What it throws ends the run, before the step. */
  readonly onStep?: (step: SentinelStep, index: number) => void;
  /** Takes what there is to know on the way, in words. */
  readonly onNote?: (text: string) => void;
}

/** What became of a plan, sentinel by sentinel. */
export interface SentinelOutcome {
  /** `failed`: some sentinels have it, and some have not. */
  readonly status: 'done' | 'stopped' | 'failed';
  /** The steps that were begun, each with what went wrong, or null. */
  readonly results: readonly { readonly sentinel: string; readonly step: string; readonly problem: string | null }[];
  /** Steps that were not begun. */
  readonly left: readonly SentinelStep[];
  /** The primary after a failover, as all sentinels that answer name it; null: it was none. */
  readonly primary: string | null;
  readonly notes: readonly string[];
}

const POLL_MS = 100;
/** Sentinels ask data servers what they are every 10 s, and tell each other of themselves every 2 s: three times as long. */
const PERIODS_MS = 30_000;
/** Default of `failover-timeout`: where no sentinel answers any more that could tell it. */
const FAILOVER_TIMEOUT_MS = 180_000;

type Failover = Extract<SentinelStep, { readonly do: 'failover' }>;
type Rediscover = Extract<SentinelStep, { readonly do: 'rediscover' }>;

/** One run of a plan, a step after the other. */
export class SentinelRun {
  readonly #results: { sentinel: string; step: string; problem: string | null }[] = [];
  readonly #notes: string[] = [];
  /** Ids of sentinels that nothing more is asked of. */
  readonly #failed = new Set<string>();
  #primary: string | null = null;

  constructor(
    private readonly sentinels: NodeClient,
    private readonly read: () => Promise<SentinelGroupState>,
    private readonly options: SentinelRunOptions,
  ) {}

  async run(plan: SentinelPlan): Promise<SentinelOutcome> {
    const skipped: SentinelStep[] = [];
    for (const [index, step] of plan.steps.entries()) {
      const left = [...skipped, ...plan.steps.slice(index)];
      if (this.#failed.has(step.sentinel.id)) {
        skipped.push(step);
        continue;
      }
      if (this.#isStopped) return this.#outcome('stopped', left);
      tell('onStep', this.options.onStep?.(step, index));
      try {
        if (!(await this.#step(plan.group, step))) return this.#outcome('stopped', left);
        this.#results.push({ sentinel: step.sentinel.name, step: describeSentinelStep(step), problem: null });
      } catch (error) {
        // Of a failover there is one, and the next sentinel must not forget what this one has not found again.
        if (step.do === 'failover' || step.do === 'reset' || step.do === 'rediscover') throw this.#failure(step, error);
        const isSure = error instanceof ReplyError || error instanceof AdminError;
        const problem = isSure ? thrownText(error) : `${thrownText(error)}; whether it has done it is not known`;
        this.#results.push({ sentinel: step.sentinel.name, step: describeSentinelStep(step), problem });
        // What does not answer is not waited for again, and a group that it does not watch has no settings.
        if (!isSure || step.do === 'monitor') this.#failed.add(step.sentinel.id);
      }
    }
    return this.#outcome(this.#results.some(({ problem }) => problem !== null) ? 'failed' : 'done', skipped);
  }

  get #isStopped(): boolean {
    return this.options.stop?.aborted === true;
  }

  /** Resolves with false where `stop` ended a wait. */
  async #step(group: string, step: SentinelStep): Promise<boolean> {
    const send = (...words: readonly (string | number)[]): Promise<unknown> =>
      this.sentinels.send(step.sentinel.address, ['SENTINEL', ...words]);
    switch (step.do) {
      case 'failover':
        await send('FAILOVER', group, ...(step.coordinated ? ['COORDINATED'] : []));
        return await this.#untilPromoted(step);
      case 'reset':
        await send('RESET', escaped(group));
        return true;
      case 'rediscover':
        return await this.#untilRediscovered(group, step);
      case 'monitor':
        await send('MONITOR', group, step.host, step.port, step.quorum);
        return true;
      case 'set':
        await send('SET', group, step.setting, step.value);
        await this.#readBack(group, step);
        return true;
      case 'remove':
        await send('REMOVE', group);
        return true;
      default:
        return step satisfies never;
    }
  }

  async #readBack(group: string, { sentinel, setting, value }: Extract<SentinelStep, { readonly do: 'set' }>): Promise<void> {
    if (isSecretSetting(setting)) return;
    const { view } = await askSentinel(this.sentinels, sentinel.address, group);
    const now = view?.primary.fields.get(setting);
    if (now !== undefined && now !== value) throw new AdminError(`it says ${setting} ${now} afterwards`, { reason: 'failed' });
  }

  /** Waits until all sentinels that answer name another primary, which is one, and the old one follows it. */
  async #untilPromoted({ from, sentinel }: Failover): Promise<boolean> {
    let endAt = performance.now() + FAILOVER_TIMEOUT_MS;
    let hasLimit = false;
    for (;;) {
      const group = await this.read().catch(() => null);
      if (group !== null) {
        const views = watchingOf(group).map(({ replies }) => replies.view);
        const limitMs = Math.max(0, ...views.map(({ failoverTimeoutMs }) => failoverTimeoutMs));
        if (!hasLimit) endAt = performance.now() + limitMs;
        hasLimit = true;
        const [named, ...others] = primariesNamed(group);
        const isOver = !views.some(isFailingOver);
        if (named !== undefined && named.name !== from) {
          // The old primary, where it was not down, becomes a replica only now.
          if (this.#primary === null) endAt = performance.now() + PERIODS_MS;
          this.#primary = named.name;
          if (others.length === 0 && isOver && this.#isSettled(group, from, named.name)) return true;
        } else {
          // The command is answered once the failover has begun: the leader that is no longer at it has given it up.
          const leader = watchingOf(group).find(({ id }) => id === sentinel.id)?.replies.view;
          if (leader?.primary.name === from && !isFailingOver(leader))
            throw new AdminError(`${sentinel.name} has given the failover up, and ${from} is still the primary: see its log`, {
              reason: 'failed',
            });
        }
      }
      if (this.#isStopped) {
        this.#note(`the failover goes on by itself: see slotwise sentinel info ${sentinel.name}`);
        return false;
      }
      if (performance.now() > endAt) throw new AdminError(this.#late(from, sentinel.name), { reason: 'failed', executed: 'unknown' });
      await sleep(POLL_MS);
    }
  }

  /** The new primary is one, and the old one follows it, as far as data servers can be asked. */
  #isSettled({ tree, treeProblem }: SentinelGroupState, from: string, to: string): boolean {
    if (tree === null) {
      this.#note(`all Sentinels name ${to}; whether ${from} follows it could not be seen: ${treeProblem}`);
      return true;
    }
    const old = serverAt(tree, from);
    const isLeft = old === null || !old.reachable || old.role === 'replica';
    return isLeft && primariesIn(tree).some(({ name }) => name === serverAt(tree, to)?.name);
  }

  #late(from: string, leader: string): string {
    return this.#primary === null
      ? `${from} is still the primary after the failover-timeout: see the log of ${leader}`
      : `${this.#primary} was promoted, but not all Sentinels name it, or ${from} does not follow it: see slotwise sentinel check`;
  }

  async #untilRediscovered(group: string, { sentinel, peers, replicas }: Rediscover): Promise<boolean> {
    for (const endAt = performance.now() + PERIODS_MS; ; await sleep(POLL_MS)) {
      const view = await askSentinel(this.sentinels, sentinel.address, group).then(
        ({ view: own }) => own,
        () => null,
      );
      const known = new Set(view?.peers.flatMap(({ id, name }) => [id, name]) ?? []);
      const found = new Set(view?.replicas.map(({ name }) => name) ?? []);
      const missing = [...peers.filter((id) => !known.has(id)), ...replicas.filter((name) => !found.has(name))];
      if (view !== null && missing.length === 0) return true;
      if (this.#isStopped) {
        this.#note(`${sentinel.name} has not found again yet: ${missing.join(', ')}`);
        return false;
      }
      if (performance.now() > endAt) {
        const text = `${sentinel.name} has not found again within ${durationText(PERIODS_MS)}: ${missing.join(', ')}; the other Sentinels were not reset`;
        throw new AdminError(text, { reason: 'failed' });
      }
    }
  }

  #failure(step: SentinelStep, error: unknown): AdminError {
    if (error instanceof AdminError) return error;
    const reason = thrownText(error);
    const facts = { node: step.sentinel.name, reason: 'failed', cause: error } as const;
    return new AdminError(`could not ${describeSentinelStep(step)}: ${reason}`, {
      ...facts,
      executed: error instanceof ReplyError ? 'no' : 'unknown',
    });
  }

  #note(text: string): void {
    this.#notes.push(text);
    tell('onNote', this.options.onNote?.(text));
  }

  #outcome(status: SentinelOutcome['status'], left: readonly SentinelStep[]): SentinelOutcome {
    return { status, results: this.#results, left, primary: this.#primary, notes: this.#notes };
  }
}

/** RESET takes a glob-style pattern. */
function escaped(group: string): string {
  return group.replace(/[[\]*?\\^-]/g, '\\$&');
}
