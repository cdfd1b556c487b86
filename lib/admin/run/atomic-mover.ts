import { ReplyError } from '../../errors.js';
import type { Arg, Raw } from '../../protocol/command-spec.js';
import { sleep } from '../../runtime/runtime.js';
import { infoOf, numberOf, textOf } from '../../topology/replies.js';
import { AdminError } from '../admin-error.js';
import { keysByDatabase } from '../health/info-fields.js';
import type { BatchClient, NodeCommandOptions } from '../node-connections.js';
import type { NodeRef } from '../plans/steps.js';
import { count, type SlotSet, slotsInRanges, slotsText } from '../slot-list.js';
import { parseMembers } from '../state/cluster-state.js';
import { hasSucceeded, type MigrationDialect, type MigrationJob } from '../state/migration-jobs.js';
import { knownAddress } from './key-mover.js';
import { MIGRATION_COMMANDS, migrationVerdict } from './migration-commands.js';
import { describeJob, MigrationWatch, overlap } from './migration-watch.js';
import type { MoveLimits } from './move-options.js';
import type { MoveStep, StepControl } from './slot-mover.js';

/** Slots of one job: a stop gives up no more than it, and a server forks once for each. */
const SLOTS_A_JOB = 1_024;
/** How often a job is begun that fails for what may pass, and how often one that has to wait for another which nobody sees. */
const ATTEMPTS = 3;
const LATER_ATTEMPTS = 50;
const PAUSE_MS = 200;

/**
 * Mover of slots between servers that move whole ranges by themselves: until a job has ended its slots are with the source, then all at once
 * with the target. Clients are never asked to look in two places, and a big key keeps nobody from being served.
 */
export class AtomicMover {
  readonly #watch: MigrationWatch;

  constructor(
    private readonly connections: BatchClient,
    limits: MoveLimits,
    private readonly dialect: MigrationDialect,
  ) {
    this.#watch = new MigrationWatch(connections, 2 * limits.replicasTimeoutMs);
  }

  /** Moves slots until it is stopped; a job that runs then is cancelled. Resolves with why what is left has to move key by key; null: it has not. */
  async move(step: MoveStep, control: StepControl): Promise<string | null> {
    const left = new Set(step.slots);
    let failures = 0;
    let isNoted = false;
    while (left.size > 0 && !control.isStopped()) {
      const running = await this.#watch.ours(step, left, this.dialect);
      if (running === null) {
        const other = await this.#otherJob(step, left);
        if (other !== null) {
          if (!isNoted) control.note(`waiting for ${describeJob(other)}, which somebody else has begun`);
          isNoted = true;
          await sleep(PAUSE_MS);
          continue;
        }
      } else control.note(`found ${describeJob(running)} under way from ${step.from.name} to ${step.to.name}, and wait for it`);
      const slots = running === null ? [...left].slice(0, SLOTS_A_JOB) : overlap(running.slots, left);
      if (running === null) await this.#refuseStrayKeys(step, slots);
      const keys = await this.#countKeys(step.from, slots);
      const trouble = await this.#moveBatch(step, slots, running, control);
      if (trouble === null) {
        for (const slot of slots) left.delete(slot);
        failures = 0;
        control.moved(slots, keys);
        continue;
      }
      if (control.isStopped()) return null;
      const verdict = migrationVerdict(trouble);
      if (verdict === 'key-by-key') return trouble;
      failures++;
      if (verdict === 'fail' || failures === (verdict === 'later' ? LATER_ATTEMPTS : ATTEMPTS)) throw failureOf(step, slots, trouble);
      await sleep(PAUSE_MS * (verdict === 'later' ? 1 : failures));
    }
    return null;
  }

  /** Resolves with the server's words about a failure; null: the slots have moved. */
  async #moveBatch(step: MoveStep, slots: SlotSet, running: MigrationJob | null, control: StepControl): Promise<string | null> {
    const { at } = MIGRATION_COMMANDS[this.dialect];
    let job: MigrationJob | null;
    try {
      const id = running?.id ?? (await this.#start(step, slots));
      job = await this.#watch.follow(step, id, this.dialect, () => control.isStopped());
    } catch (error) {
      if (error instanceof ReplyError) return error.message;
      throw error;
    }
    if (job === null) return (await this.#owns(step.to, slots)) ? null : `${step[at].name} knows nothing of the migration any more`;
    if (hasSucceeded(job)) return null;
    if (job.running) {
      control.note(`${describeJob(job)} goes on: ${step[at].name} can cancel it only together with another one that it has under way`);
    }
    return job.message === '' ? job.state : job.message;
  }

  /** Resolves with the name of the job. */
  async #start(step: MoveStep, slots: SlotSet): Promise<string> {
    const { at, start } = MIGRATION_COMMANDS[this.dialect];
    const before = new Set((await this.#watch.jobsAt(step[at], this.dialect)).map(({ id }) => id));
    const reply = textOf(await this.#send(step[at], start(step, slots)));
    // One of them answers with the name, the other one with OK.
    if (reply !== null && reply !== 'OK') return reply;
    const jobs = await this.#watch.jobsAt(step[at], this.dialect);
    return jobs.find(({ id, slots: [first] }) => !before.has(id) && first === slots[0])?.id ?? '';
  }

  #otherJob(step: MoveStep, left: ReadonlySet<number>): Promise<MigrationJob | null> {
    const { oneAtATime } = MIGRATION_COMMANDS[this.dialect];
    return this.#watch.inTheWay(step, left, oneAtATime, { from: this.dialect, to: this.dialect });
  }

  /** Keys that the target has of slots that are not its own would be deleted by the job, and can end the server. */
  async #refuseStrayKeys({ from, to }: MoveStep, slots: SlotSet): Promise<void> {
    for (const database of await this.#databases(to)) {
      // Redis shows such keys only while the slot is open. In one write, so that no mark is left behind.
      const replies = await this.#sendAll(
        to,
        slots.flatMap((slot) => [
          ...(this.dialect === 'redis' ? [['CLUSTER', 'SETSLOT', slot, 'IMPORTING', from.id]] : []),
          ['CLUSTER', 'COUNTKEYSINSLOT', slot],
          ...(this.dialect === 'redis' ? [['CLUSTER', 'SETSLOT', slot, 'STABLE']] : []),
        ]),
        { database },
      );
      const each = replies.length / slots.length;
      const stray = slots.findIndex((_, at) => numberOf(replies[at * each + (each === 1 ? 0 : 1)], 0) > 0);
      if (stray === -1) continue;
      const keys = numberOf(replies[stray * each + (each === 1 ? 0 : 1)], 0);
      throw new AdminError(
        `${to.name} holds ${count(keys, 'key')} of slot ${slots[stray]}, which it does not own; they could be overwritten by those of ${from.name}. With --replace they are, or take them to the owner with: slotwise cluster fix`,
      );
    }
  }

  async #countKeys(node: NodeRef, slots: SlotSet): Promise<number> {
    let keys = 0;
    for (const database of await this.#databases(node)) {
      const counts = await this.#sendAll(
        node,
        slots.map((slot) => ['CLUSTER', 'COUNTKEYSINSLOT', slot]),
        { database },
      );
      keys += counts.reduce<number>((sum, reply) => sum + numberOf(reply, 0), 0);
    }
    return keys;
  }

  async #databases(node: NodeRef): Promise<readonly number[]> {
    return [...keysByDatabase(infoOf(await this.#send(node, ['INFO', 'keyspace']))).keys()];
  }

  async #owns(node: NodeRef, slots: SlotSet): Promise<boolean> {
    const members = parseMembers(textOf(await this.#send(node, ['CLUSTER', 'NODES'])) ?? '');
    const own = new Set(slotsInRanges(members.find(({ flags }) => flags.includes('myself'))?.ranges ?? []));
    return slots.every((slot) => own.has(slot));
  }

  #send({ name, address }: NodeRef, words: readonly Arg[]): Promise<Raw> {
    return this.connections.send(knownAddress(name, address), words);
  }

  #sendAll({ name, address }: NodeRef, commands: readonly (readonly Arg[])[], options: NodeCommandOptions): Promise<readonly Raw[]> {
    return this.connections.sendAll(knownAddress(name, address), commands, options);
  }
}

function failureOf({ from, to }: MoveStep, slots: SlotSet, words: string): AdminError {
  return new AdminError(
    `slots ${slotsText(slots, 4)} stay with ${from.name}: their migration to ${to.name} ended with "${words}". --no-atomic moves them key by key`,
    { reason: 'failed' },
  );
}
