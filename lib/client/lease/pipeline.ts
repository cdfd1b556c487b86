import type { QueueUsage } from '../../protocol/call.js';
import { changesData, isRead } from '../../protocol/catalog/effects.js';
import type { OutcomeSink } from '../../protocol/outcome.js';
import type { Client } from '../client.js';
import type { View } from '../view.js';
import { type BatchStep, isUnknown, learnt, type Outcomes } from './batch.js';

/** Share of the queue's bounds that a pipeline fills which is larger than they are, so that other callers find room beside it. */
const FED_SHARE = 0.5;

/**
 * Issues the steps of a pipeline: each goes to its node by itself, those of one node leave in one write, those of one slot stay in order.
 * Redirects and retries are each command's own. All steps are checked before the first is sent. Steps beyond the bounds of the queue
 * follow as replies come.
 */
export async function runPipeline(client: Client, steps: readonly BatchStep[], given: View): Promise<Outcomes> {
  const known = steps.some(isUnknown) ? await learnt(client, steps, given) : steps;
  const need: QueueUsage = { commands: 0, bytes: 0 };
  for (const step of known) client.check(step, given, need);
  const fits = client.hasRoom(need);
  if (!fits) checkBounds(client, known, given);
  const view = withSession(client, known, given);
  return new Promise((resolve) => {
    const run = new PipelineRun(client, known, view, resolve);
    if (fits) run.issueAll();
    else run.feed();
  });
}

/** Throws a `QueueFullError` where the first step cannot be sent now, or another one never. */
function checkBounds(client: Client, steps: readonly BatchStep[], view: View): void {
  const { maxCommands, maxBytes } = client.options.queue;
  for (const [index, step] of steps.entries()) {
    const need: QueueUsage = { commands: 0, bytes: 0 };
    client.check(step, view, need);
    if (index === 0 || need.commands > maxCommands || need.bytes > maxBytes) client.checkRoom(step.spec, need);
  }
}

/**
 * The view for a pipeline: its own session if reads follow writes, because a read on a replica would find what was there before the write.
 */
function withSession(client: Client, steps: readonly BatchStep[], view: View): View {
  if (view.session !== null || !client.mayReadElsewhere(view)) return view;
  const write = steps.findIndex(({ spec }) => changesData(spec));
  if (write === -1 || !steps.some(({ spec }, index) => index > write && isRead(spec))) return view;
  return client.view(view.options, { ...view, session: client.session() }).withMode(view.mode);
}

/** Run of a pipeline: issues its steps and collects their outcomes. Calls `done` once, when every step has settled. */
class PipelineRun implements OutcomeSink {
  readonly #values: unknown[];
  readonly #errors: [index: number, error: unknown][] = [];
  #missing: number;
  /** Steps that are issued. */
  #issued = 0;
  /** The steps are issued bit by bit. */
  #isFed = false;
  #isFeeding = false;
  /** The view for steps of `call()`; null: there was none yet. */
  #callView: View | null = null;

  constructor(
    private readonly client: Client,
    private readonly steps: readonly BatchStep[],
    private readonly view: View,
    private readonly done: (outcomes: Outcomes) => void,
  ) {
    this.#values = new Array<unknown>(steps.length).fill(null);
    this.#missing = steps.length;
    if (steps.length === 0) this.#finish();
  }

  issueAll(): void {
    while (this.#issued < this.steps.length) this.#issueNext();
  }

  /** Issues steps as far as there is room. Where none is in flight whose outcome could make room, the bounds themselves decide on one. */
  feed(): void {
    this.#isFed = true;
    // A step that fails at once comes back here.
    if (this.#isFeeding) return;
    this.#isFeeding = true;
    const { client, steps, view } = this;
    while (this.#issued < steps.length) {
      const need: QueueUsage = { commands: 0, bytes: 0 };
      try {
        client.check(steps[this.#issued] as BatchStep, view, need); // the index is in range
      } catch (error) {
        // The memory of its bytes was given away since the pipeline began.
        this.onError(this.#issued++, error);
        continue;
      }
      const inFlight = this.#issued - (steps.length - this.#missing);
      if (inFlight > 0 && !client.hasRoom(need, FED_SHARE)) break;
      this.#issueNext();
    }
    this.#isFeeding = false;
  }

  #issueNext(): void {
    const index = this.#issued++;
    const step = this.steps[index] as BatchStep; // the index is in range
    if (step.called) this.#callView ??= this.view.withObjects();
    this.client.runInto(this, index, step, (step.called ? this.#callView : null) ?? this.view);
  }

  onValue(index: number, value: unknown): void {
    this.#values[index] = value;
    this.#settled();
  }

  onError(index: number, error: unknown): void {
    this.#errors.push([index, error]);
    this.#settled();
  }

  #settled(): void {
    if (--this.#missing === 0) this.#finish();
    else if (this.#isFed) this.feed();
  }

  #finish(): void {
    this.done({ values: this.#values, errors: new Map(this.#errors.sort(([a], [b]) => a - b)) });
  }
}
