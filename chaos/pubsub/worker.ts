// A process with one subscriber, or with the publisher. The parent asks by IPC, one question at a time.
import { setTimeout as sleep } from 'node:timers/promises';
import { nowMs } from '../now.js';
import { resources } from '../resources.js';
import { type PubsubDriver, pubsubContestants, type SubscribedKind } from './clients.js';
import { Growing, Inbox } from './inbox.js';
import type { Published, PubsubAnswer, PubsubQuestion } from './messages.js';

const PACE_MS = 2;

/** Publisher of one channel: sends each message when the one before is settled, at a steady pace, and catches up after an outage. */
class Publisher {
  readonly #issuedAt = new Growing();
  readonly #acknowledgedAt = new Growing();
  readonly #receivers = new Growing();
  #over = false;
  readonly done: Promise<void>;

  constructor(driver: PubsubDriver, kind: SubscribedKind, channel: string, rate: number) {
    this.done = this.#run(driver, kind, channel, rate);
  }

  async #run(driver: PubsubDriver, kind: SubscribedKind, channel: string, rate: number): Promise<void> {
    const startedAt = nowMs();
    while (!this.#over) {
      const due = Math.floor(((nowMs() - startedAt) * rate) / 1_000);
      if (this.#issuedAt.length >= due) {
        await sleep(PACE_MS);
        continue;
      }
      const n = this.#issuedAt.push(nowMs());
      this.#acknowledgedAt.push(0);
      this.#receivers.push(0);
      try {
        this.#receivers.set(n, Number(await driver.publish(kind, channel, String(n))));
        this.#acknowledgedAt.set(n, nowMs());
      } catch {
        // It may have been published: nobody counts on it.
      }
    }
  }

  stop(): Promise<void> {
    this.#over = true;
    return this.done;
  }

  get published(): Published {
    return { issuedAt: this.#issuedAt.values, acknowledgedAt: this.#acknowledgedAt.values, receivers: this.#receivers.values };
  }
}

let driver: PubsubDriver | null = null;
const inboxes = new Map<string, Inbox>();
const publishers = new Map<string, Publisher>();

async function answer(question: PubsubQuestion): Promise<PubsubAnswer> {
  switch (question.ask) {
    case 'subscribe': {
      driver = await pubsubContestants[question.client].open(question.target);
      for (const { kind, channels } of question.channelSets) {
        for (const channel of channels) inboxes.set(channel, new Inbox());
        await driver.subscribe(
          kind,
          channels,
          (channel, message) => inboxes.get(channel)?.take(message),
          (channel, gap) => inboxes.get(channel)?.tell(gap),
        );
      }
      return { to: 'subscribe' };
    }
    case 'publish': {
      const own = await pubsubContestants.slotwise.open(question.target);
      driver = own;
      const all = question.channelSets.flatMap(({ kind, channels }) => channels.map((channel) => ({ kind, channel })));
      for (const { kind, channel } of all) publishers.set(channel, new Publisher(own, kind, channel, question.rate / all.length));
      return { to: 'publish' };
    }
    case 'stop': {
      await Promise.all([...publishers.values()].map((publisher) => publisher.stop()));
      const result: PubsubAnswer = {
        to: 'stop',
        published: Object.fromEntries([...publishers].map(([channel, { published }]) => [channel, published])),
        received: Object.fromEntries([...inboxes].map(([channel, { received }]) => [channel, received])),
      };
      await driver?.close();
      return result;
    }
    case 'resources':
      return { to: 'resources', resources: resources() };
    default:
      return question satisfies never;
  }
}

process.on('message', (question: PubsubQuestion) => {
  answer(question)
    .catch(
      (error: unknown): PubsubAnswer => ({ to: 'error', message: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    )
    .then((result) => process.send?.(result));
});
process.on('disconnect', () => process.exit());
process.on('uncaughtException', (error) => console.error(`uncaught in the subscriber's process: ${error.message}`));
