import { ReplyError, SlotwiseError } from '../../errors.js';
import { performance, sleep } from '../../runtime/runtime.js';
import { infoOf, listOf, textOf } from '../../topology/replies.js';
import { thrownText } from '../../util/user-function.js';
import { AdminError } from '../admin-error.js';
import { durationText } from '../health/amounts.js';
import { NO_FAILOVER, replicationOf } from '../health/replication-facts.js';
import type { NodeClient } from '../node-connections.js';
import { tell } from '../tell.js';
import { describeHandoverStep, type HandoverPlan, type HandoverStep, type ServerRef } from './plan-handover.js';
import { primariesIn, type ReplicationTree, serverAt } from './tree.js';

export interface HandoverRunOptions {
  /** Signal to stop: a handover that waits for the replica is called back, one that has begun is finished. */
  readonly stop?: AbortSignal;
  /** What it throws ends the run, before the step. */
  readonly onStep?: (step: HandoverStep, index: number) => void;
  /** Takes what there is to know on the way, in words. */
  readonly onNote?: (text: string) => void;
}

/** Who is primary after a handover, as the servers said at its end. */
export interface HandoverOutcome {
  /** `stopped`: by `stop`, before the handover had begun, or while the replicas were waited for. */
  readonly status: 'done' | 'stopped';
  readonly primary: string;
  /** Replicas that follow it with a link that is up. */
  readonly following: readonly string[];
  /** Replicas of before that do not, each with the reason. */
  readonly missing: readonly { readonly name: string; readonly reason: string }[];
  readonly notes: readonly string[];
}

const POLL_MS = 50;
/** From then on a step that takes a moment on healthy servers is told about, and can be stopped. */
const SLOW_MS = 2_000;
/** Default of `repl-timeout`, in seconds. */
const REPL_TIMEOUT_SECONDS = 60;

type Handover = Extract<HandoverStep, { readonly do: 'handover' }>;

/** One handover, from the question to the old primary to the last replica that follows the new one. */
export class HandoverRun {
  readonly #connections: NodeClient;
  readonly #read: () => Promise<ReplicationTree>;
  readonly #options: HandoverRunOptions;
  readonly #notes: string[] = [];

  constructor(connections: NodeClient, read: () => Promise<ReplicationTree>, options: HandoverRunOptions) {
    this.#connections = connections;
    this.#read = read;
    this.#options = options;
  }

  async run({ steps }: HandoverPlan, tree: ReplicationTree): Promise<HandoverOutcome> {
    const replTimeoutMs = 1_000 * Number(primariesIn(tree)[0]?.facts?.config.get('repl-timeout') ?? REPL_TIMEOUT_SECONDS);
    const names = tree.servers.filter(({ reachable }) => reachable).map(({ name }) => name);
    for (const [index, step] of steps.entries()) {
      if (step.do === 'handover' && this.#isStopped) return await this.#outcome('stopped', step.from.name, names);
      tell('onStep', this.#options.onStep?.(step, index));
      if (step.do === 'handover') {
        const isDone = await this.#handOver(step, replTimeoutMs);
        if (!isDone) return await this.#outcome('stopped', step.from.name, names);
      } else {
        // The new primary is there: what fails now is told, and ends nothing.
        await this.#aside(step);
      }
    }
    const to = steps.find((step): step is Handover => step.do === 'handover')?.to.name;
    if (to === undefined) return await this.#outcome('done', primariesIn(tree)[0]?.name ?? '', names);
    const followed = await this.#untilFollowed(to, names, replTimeoutMs);
    return await this.#outcome(followed ? 'done' : 'stopped', to, names);
  }

  get #isStopped(): boolean {
    return this.#options.stop?.aborted === true;
  }

  /** Resolves with whether the replica is the primary; false: it was called back. */
  async #handOver(step: Handover, replTimeoutMs: number): Promise<boolean> {
    const { from, to, announced, timeoutMs, force } = step;
    try {
      const words = ['FAILOVER', 'TO', announced.host, announced.port, ...(force ? ['FORCE'] : []), 'TIMEOUT', timeoutMs];
      await this.#connections.send(from.address, words);
    } catch (error) {
      const facts = { node: from.name, reason: 'failed', cause: error } as const;
      if (error instanceof ReplyError)
        throw new AdminError(`${from.name} refuses to hand over: ${error.message}`, { ...facts, executed: 'no' });
      const text = `${from.name} did not answer the command to hand over (${thrownText(error)}): see slotwise check ${to.name} for who is the primary`;
      throw new AdminError(text, { ...facts, executed: 'unknown' });
    }
    // The server's own limit holds while it waits for the replica; the hand-off itself ends with the link at the latest.
    const endAt = performance.now() + timeoutMs + replTimeoutMs;
    let calledBack = false;
    let handedOffAt: number | null = null;
    for (;;) {
      const state = await this.#stateOf(from);
      if (state === 'replica') break;
      if (state === 'primary') {
        if (calledBack) return false;
        throw new AdminError(
          `${to.name} did not catch up within ${durationText(timeoutMs)}, and ${from.name} has given up: it is still the primary and takes writes again`,
          { node: from.name, reason: 'failed', executed: 'no' },
        );
      }
      // ABORT during the hand-off itself may leave two primaries. https://redis.io/docs/latest/commands/failover/
      if (state === 'waiting-for-sync') {
        if (this.#isStopped && !calledBack) {
          calledBack = true;
          await this.#connections.send(from.address, ['FAILOVER', 'ABORT']).catch((error: unknown) => {
            if (!(error instanceof ReplyError)) throw error;
          });
        }
      } else {
        handedOffAt ??= performance.now();
      }
      const isSlow = handedOffAt !== null && performance.now() > handedOffAt + SLOW_MS;
      if (performance.now() > endAt || (isSlow && this.#isStopped)) throw this.#stuck(step, state);
      if (isSlow) this.#noteOnce(this.#stuck(step, state).message);
      await sleep(POLL_MS);
    }
    await this.#untilPrimary(step, endAt);
    return true;
  }

  /** Role of the old primary, or the state of its handover in the server's own word; null: it does not answer now. */
  async #stateOf({ address }: ServerRef): Promise<string | null> {
    const reply = await this.#connections.send(address, ['INFO', 'replication'], { timeoutMs: SLOW_MS }).catch(() => null);
    if (reply === null) return null;
    const { role, failoverState } = replicationOf({ info: infoOf(reply) });
    return failoverState === NO_FAILOVER ? role : failoverState;
  }

  /** The old primary follows the new one, which so has taken over: what is waited for is its answer. */
  async #untilPrimary({ from, to }: Handover, endAt: number): Promise<void> {
    for (;;) {
      const role = await this.#connections.send(to.address, ['ROLE'], { timeoutMs: SLOW_MS }).catch(() => null);
      if (textOf(listOf(role)[0]) === 'master') return;
      if (performance.now() > endAt || this.#isStopped) {
        const text = `${from.name} has handed over to ${to.name} and follows it, but ${to.name} does not say that it is the primary: it hangs, or has failed since. See slotwise check ${from.name} ${to.name}. The other replicas still follow ${from.name}, and the configuration files have the old roles: CONFIG REWRITE once it answers`;
        throw new AdminError(text, { node: to.name, reason: 'failed', executed: 'unknown' });
      }
      await sleep(POLL_MS);
    }
  }

  #stuck({ from, to }: Handover, state: string | null): AdminError {
    const text =
      state === null
        ? `${from.name} has not answered since it began to hand over to ${to.name}: see slotwise check ${to.name} for who is the primary`
        : `${from.name} is still handing over to ${to.name} (${state}) and holds writes. FAILOVER ABORT at ${from.name} ends that; where ${to.name} has taken over already there are two primaries then: see slotwise check ${from.name} ${to.name}`;
    return new AdminError(text, { node: from.name, reason: 'failed', executed: 'unknown' });
  }

  async #aside(step: Exclude<HandoverStep, Handover>): Promise<void> {
    const { node } = step;
    const words = step.do === 'follow' ? ['REPLICAOF', step.announced.host, step.announced.port] : ['CONFIG', 'REWRITE'];
    await this.#connections.send(node.address, words).catch((error: unknown) => {
      this.#note(`could not ${describeHandoverStep(step)}: ${thrownText(error)}`);
    });
  }

  /** Waits until all servers follow the primary. Resolves with false where `stop` ended that. */
  async #untilFollowed(primary: string, names: readonly string[], replTimeoutMs: number): Promise<boolean> {
    const startedAt = performance.now();
    for (; performance.now() < startedAt + replTimeoutMs; await sleep(POLL_MS)) {
      const tree = await this.#read().catch((error: unknown) => {
        if (error instanceof SlotwiseError) return null;
        throw error;
      });
      if (tree !== null && names.every((name) => reasonNotFollowing(tree, name, primary) === null)) return true;
      if (this.#isStopped) return false;
      if (performance.now() > startedAt + SLOW_MS)
        this.#noteOnce(`waiting until all follow ${primary}, for ${durationText(replTimeoutMs)} at most`);
    }
    return true;
  }

  async #outcome(status: HandoverOutcome['status'], primary: string, names: readonly string[]): Promise<HandoverOutcome> {
    const tree = await this.#read();
    const others = names.filter((name) => name !== primary);
    const missing = others.flatMap((name) => {
      const reason = reasonNotFollowing(tree, name, primary);
      return reason === null ? [] : [{ name, reason }];
    });
    const following = others.filter((name) => !missing.some((each) => each.name === name));
    return { status, primary: primariesIn(tree)[0]?.name ?? primary, following, missing, notes: this.#notes };
  }

  #noteOnce(text: string): void {
    if (!this.#notes.includes(text)) this.#note(text);
  }

  #note(text: string): void {
    this.#notes.push(text);
    tell('onNote', this.#options.onNote?.(text));
  }
}

/** Null: the server is the primary, follows it, or follows one that does. */
function reasonNotFollowing(tree: ReplicationTree, name: string, primary: string, below: readonly string[] = []): string | null {
  const server = serverAt(tree, name);
  if (server === null) return 'it is no longer found';
  if (server.name === primary) return server.role === 'primary' ? null : 'it is a replica';
  if (!server.reachable) return `it cannot be asked: ${server.problem}`;
  if (server.role === 'primary') return 'it calls itself primary';
  if (server.replication?.link !== 'up') return `it has no link to ${server.primary}`;
  // The replicas of the new primary and of the others stay below them.
  return server.primary === null || below.includes(server.primary)
    ? `it follows ${server.primary}`
    : reasonNotFollowing(tree, server.primary, primary, [...below, name]);
}
