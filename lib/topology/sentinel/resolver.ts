import { AuthError, ConnectError, TimeoutError, TopologyError } from '../../errors.js';
import { type Address, addressKey } from '../../options/address.js';
import { type Answer, askSeveral } from '../ask-several.js';
import type { NodeRules } from '../node-rules.js';
import { causesOf, failure } from '../probe-error.js';
import { fieldsOf, listOf, MODE_COMMANDS, modeOf, textOf } from '../replies.js';
import type { ControlChannel, Hint, Resolver, SubscriptionChannel } from '../resolver-api.js';
import { makeTopology, type NodeInfo, type TopologySnapshot } from '../snapshot.js';
import { SentinelEvents } from './events.js';
import { KnownSentinels } from './known-sentinels.js';
import { type Candidate, candidatesOf, parseSentinel, type SentinelView, sentinelCommands } from './view.js';

/** A few hundred ms for a sentinel, as the documented algorithm has it. */
const SENTINEL_TIMEOUT_MS = 500;
const ASKED_AT_ONCE = 5;
/** The first answer may be an old one: for so long the others may say a newer one. */
const GRACE_MS = 50;
/** A replica becomes a primary within a tenth of a second of being told to; so long it is asked, this often. */
const PROMOTION_MS = 300;
const PROMOTION_EVERY_MS = 10;
/** A sentinel that is late with its answer still means what it said so long ago; one that refuses connections is gone. */
const MEANT_MS = 2_000;
/** A primary that was verified before and may be hung must not hold up the news that another one has taken over. */
const REVERIFY_MS = 100;

type Verdict = { readonly is: 'primary' } | { readonly is: 'other' } | { readonly is: 'silent'; readonly error: unknown };

/** What a sentinel said last, and when. */
interface SentinelAnswer {
  readonly view: SentinelView;
  readonly at: number;
}

/**
 * The primary is whom the sentinels name, and who says so of itself.
 * https://redis.io/docs/latest/develop/reference/sentinel-clients/
 */
export class SentinelResolver implements Resolver {
  readonly #name: string;
  readonly #rules: NodeRules;
  readonly #firstTimeoutMs: number;
  readonly #sentinels: KnownSentinels;
  /** By address. */
  #answers: ReadonlyMap<string, SentinelAnswer> = new Map();
  #watch: SentinelEvents | null = null;
  #hint: Hint = () => {};
  #stopped = false;

  constructor(seeds: readonly Address[], name: string, rules: NodeRules, firstTimeoutMs: number) {
    this.#name = name;
    this.#rules = rules;
    this.#firstTimeoutMs = firstTimeoutMs;
    this.#sentinels = new KnownSentinels(seeds, (announced) => rules.address(announced));
  }

  async probe(asker: ControlChannel, previous: TopologySnapshot | null): Promise<TopologySnapshot> {
    const timeoutMs = previous === null ? this.#firstTimeoutMs : SENTINEL_TIMEOUT_MS;
    const answers = await askSeveral(this.#sentinels.addresses, (address) => this.#askSentinel(asker, address, timeoutMs), {
      want: ASKED_AT_ONCE,
      graceMs: GRACE_MS,
      counts: (view) => view.primary !== null,
    });
    this.#sentinels.heard(answers.flatMap((answer) => (answer.ok ? [{ address: answer.item, view: answer.value }] : [])));
    this.#watch?.follow(this.#sentinels.addresses);

    if (!answers.some((answer) => answer.ok && answer.value.primary !== null)) throw await this.#nobody(asker, answers);
    this.#answers = remembered(this.#answers, answers, performance.now());
    const candidates = candidatesOf([...this.#answers.values()].map(({ view }) => view));
    return this.#verified(asker, candidates, previous, timeoutMs);
  }

  watch(watcher: SubscriptionChannel, hint: Hint): void {
    this.#hint = hint;
    this.#watch = new SentinelEvents(watcher, this.#name, hint);
    this.#watch.follow(this.#sentinels.addresses);
  }

  stop(): void {
    this.#stopped = true;
    this.#watch?.stop();
    this.#watch = null;
  }

  async #askSentinel(asker: ControlChannel, address: Address, timeoutMs: number): Promise<SentinelView> {
    const replies = await asker.send(address, sentinelCommands(this.#name), { timeoutMs, as: 'sentinel' });
    const view = parseSentinel(replies);
    if (view !== null) return view;
    const node = addressKey(address);
    const [hello, info] = await asker.send(address, MODE_COMMANDS, { timeoutMs, as: 'sentinel' });
    const mode = modeOf(hello, info);
    if (mode === 'standalone' || mode === 'cluster') {
      throw new TopologyError('ERR_NOT_A_SENTINEL', `${node} is a data server, not a sentinel (its usual port is 26379)`, [], { node });
    }
    throw replies[0] instanceof Error ? replies[0] : new Error('no usable reply');
  }

  async #nobody(asker: ControlChannel, answers: readonly Answer<Address, SentinelView>[]): Promise<Error> {
    const causes = causesOf(answers);
    const knowing = answers.find((answer) => answer.ok);
    if (knowing === undefined) return failure('ERR_NO_SENTINEL_REACHABLE', 'no sentinel could be asked', causes);
    const [masters] = await asker.send(knowing.item, [['SENTINEL', 'MASTERS']], { as: 'sentinel' }).catch(() => [null]);
    const names = listOf(masters).flatMap((master) => textOf(fieldsOf(master).get('name')) ?? []);
    const hint = names.length === 0 ? 'they watch no group' : `they watch ${names.map((name) => JSON.stringify(name)).join(', ')}`;
    return new TopologyError(
      'ERR_PRIMARY_NAME_UNKNOWN',
      `the sentinels do not know a group named ${JSON.stringify(this.#name)}: ${hint}`,
      causes,
    );
  }

  /** The newest answer that the node itself confirms; without one the newest answer with the problem. */
  async #verified(
    asker: ControlChannel,
    candidates: readonly Candidate[],
    previous: TopologySnapshot | null,
    timeoutMs: number,
  ): Promise<TopologySnapshot> {
    const known = previous?.shards[0]?.primary?.key;
    let problem: TopologyError | null = null;
    let first: Candidate | null = null;
    for (const candidate of candidates) {
      const address = this.#rules.address(candidate.primary);
      const node = addressKey(address);
      // Once it has been seen as a primary, its promotion is over: it is verified like any other.
      if (candidate.underWay && node !== known) {
        if (await this.#promoted(asker, address)) return this.#snapshot(candidate, true, null);
        continue;
      }
      const verdict = await verify(asker, address, node === known ? REVERIFY_MS : timeoutMs);
      if (verdict.is === 'primary') return this.#snapshot(candidate, true, null);
      // Verified earlier and only slow now: the connections for the commands find out what it is.
      if (verdict.is === 'silent' && node === known && verdict.error instanceof TimeoutError) {
        return this.#snapshot(candidate, true, previous?.problem ?? null);
      }
      if (first !== null || candidate.underWay) continue;
      first = candidate;
      problem =
        verdict.is === 'silent'
          ? new TopologyError(
              'ERR_PRIMARY_UNREACHABLE',
              `the sentinels name ${node} as the primary of ${this.#name}, which is not reachable`,
              [{ node, error: verdict.error }],
            )
          : new TopologyError(
              'ERR_ROLE_MISMATCH',
              `the sentinels name ${node} as the primary of ${this.#name}, which says that it is none`,
              [],
              {
                node,
              },
            );
    }
    const newest = first ?? (candidates.at(-1) as Candidate); // there is one: the caller checked
    return this.#snapshot(newest, problem?.code !== 'ERR_ROLE_MISMATCH', problem);
  }

  /** Whether the node whose promotion is under way is a primary by its own word; a moment is waited for it. Its connections are cut by the promotion. */
  async #promoted(asker: ControlChannel, address: Address): Promise<boolean> {
    for (const endAt = performance.now() + PROMOTION_MS; performance.now() < endAt && !this.#stopped; ) {
      const [role] = await asker.send(address, [['ROLE']], { timeoutMs: REVERIFY_MS }).catch(() => []);
      if (listOf(role)[0] === 'master') return true;
      await new Promise((resolve) => setTimeout(resolve, PROMOTION_EVERY_MS));
    }
    this.#hint(`${addressKey(address)} is being promoted`, true);
    return false;
  }

  #snapshot({ primary: announced, view }: Candidate, hasPrimary: boolean, problem: TopologyError | null): TopologySnapshot {
    const address = this.#rules.address(announced);
    const key = addressKey(address);
    const primary = this.#rules.node({
      id: null,
      address,
      names: [announced],
      role: 'primary',
      usable: true,
      replicaOf: null,
      depth: 0,
      priority: 100,
    });
    // Without a primary every link is down, and what the replicas have is the best there is.
    const excused = view.primaryDown || problem !== null;
    const replicas = view.replicas.flatMap((replica): NodeInfo[] => {
      const place = this.#rules.address(replica.address);
      // During a failover the promoted one is still on the list.
      if (addressKey(place) === key) return [];
      const usable = replica.up && (replica.linkUp || excused);
      const { priority } = replica;
      return [
        this.#rules.node({
          id: null,
          address: place,
          names: [replica.address],
          role: 'replica',
          usable,
          replicaOf: key,
          depth: 1,
          priority,
        }),
      ];
    });
    replicas.sort((a, b) => (a.key < b.key ? -1 : 1));
    return makeTopology('sentinel', [{ primary: hasPrimary ? primary : null, replicas }], null, problem);
  }
}

/**
 * The answers, and what was said a moment ago by those who have not answered yet: else a leading sentinel that is late by more than the grace would
 * have us go back to the old primary, which the others still name, and which may still take writes.
 */
function remembered(
  said: ReadonlyMap<string, SentinelAnswer>,
  answers: readonly Answer<Address, SentinelView>[],
  now: number,
): Map<string, SentinelAnswer> {
  // In the order of the answers: the first one stands for those that say the same.
  const next = new Map(
    answers.flatMap((answer) => (answer.ok ? [[addressKey(answer.item), { view: answer.value, at: now }] as const] : [])),
  );
  const gone = new Set(answers.flatMap((answer) => (!answer.ok && answer.error instanceof ConnectError ? addressKey(answer.item) : [])));
  for (const [key, one] of said) if (!next.has(key) && !gone.has(key) && now - one.at < MEANT_MS) next.set(key, one);
  return next;
}

/** An ACL that forbids ROLE leaves us with the sentinels' word; READONLY then tells. */
async function verify(asker: ControlChannel, address: Address, timeoutMs: number): Promise<Verdict> {
  try {
    const [role] = await asker.send(address, [['ROLE']], { timeoutMs });
    return role instanceof Error || listOf(role)[0] === 'master' ? { is: 'primary' } : { is: 'other' };
  } catch (error) {
    if (error instanceof AuthError) throw error;
    return { is: 'silent', error };
  }
}
