import type { Random } from '../time/random.js';
import type { World } from '../world.js';

/** What a program's function does wrong. */
const MISTAKES = ['throws', 'rejects', 'hangs', 'nonsense', 'empty'] as const;
/** For how long, in ms. */
const LASTS_MS = { least: 100, most: 5_000 };
/** How long a service that knows the endpoints takes for an answer, in ms. */
const ANSWER_MS = { least: 0.1, most: 50 };

/** A program's function that gives the endpoints of now, out of some service. */
export class EndpointSource {
  #mistake: (typeof MISTAKES)[number] | null = null;

  constructor(
    private readonly world: World,
    public addresses: readonly string[],
    private readonly random: Random,
  ) {}

  get isMisbehaving(): boolean {
    return this.#mistake !== null;
  }

  /** Does it wrong for a while. */
  misbehave(random: Random): void {
    const mistake = random.pick(MISTAKES);
    this.#mistake = mistake;
    this.world.trace.add('source', `the list of endpoints: ${mistake}`);
    this.world.timeline.after(random.skewed(LASTS_MS.least, LASTS_MS.most), () => {
      this.#mistake = null;
    });
  }

  readonly ask = (): Promise<readonly string[]> => {
    const mistake = this.#mistake;
    if (mistake === 'throws') throw new Error('no service');
    const answers = mistake === 'nonsense' ? (['not a port:x'] as readonly string[]) : mistake === 'empty' ? [] : this.addresses;
    return new Promise((resolve, reject) => {
      if (mistake === 'hangs') return;
      this.world.timeline.after(this.random.skewed(ANSWER_MS.least, ANSWER_MS.most), () =>
        this.world.client.arrive(() => (mistake === 'rejects' ? reject(new Error('the service is away')) : resolve(answers))),
      );
    });
  };
}
