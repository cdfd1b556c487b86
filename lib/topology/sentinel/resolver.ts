import { AddressRefusedError, ConnectError, OptionsError, TimeoutError, TopologyError } from '../../errors.js';
import { type Address, addressKey } from '../../options/address.js';
import { performance, setTimeout } from '../../runtime/runtime.js';
import { type Answer, askSeveral } from '../ask-several.js';
import { bounded } from '../limits.js';
import { causesOf, failure, isNotPermitted, isRefusedAccess, notPermitted } from '../probe-error.js';
import { fieldOf, listOf, MODE_COMMANDS, modeOf, textOf } from '../replies.js';
import type { ControlChannel, Hint, ProbeFocus, ReplicaListener, Resolver, ResolverContext, SentinelChannel } from '../resolver-api.js';
import { makeTopology, type NodeInfo, type TopologySnapshot } from '../snapshot.js';
import { SentinelEvents } from './events.js';
import { KnownSentinels } from './known-sentinels.js';
import { type Candidate, candidatesOf, parseSentinel, type SentinelView, sentinelCommands } from './view.js';

/** How long one sentinel may take to answer: a few hundred ms, as in the documented algorithm. */
const SENTINEL_TIMEOUT_MS = 500;
const ASKED_AT_ONCE = 5;
/** The first answer may be an old one: for so long the others are waited for. */
const GRACE_MS = 50;
/** A replica becomes a primary within a tenth of a second of being told to: how long, and how often, it is asked for its role meanwhile. */
const PROMOTION_MS = 300;
const PROMOTION_EVERY_MS = 10;
/** How long the last answer of a sentinel counts when it is late with the next one. A sentinel that refuses connections is gone at once. */
const ANSWER_VALID_MS = 2_000;
/** A known primary that hangs must not delay finding the one that took over from it. */
const REVERIFY_MS = 100;

/** Bounds of a message that lists the groups that sentinels watch. */
const MAX_NAMES = 20;
const MAX_NAME_LENGTH = 100;

/** What the user of the sentinels must be allowed. Without those after the first, epochs, replicas or other sentinels are not known. */
const RIGHTS = ['get-master-addr-by-name', 'master', 'slaves', 'sentinels', 'myid'].map((name) => `+sentinel|${name}`).join(' ');
/** The same for hearing of a failover at once. */
const SUBSCRIBE_RIGHTS = '+subscribe and &* (channels)';

type Verdict = { readonly is: 'primary' } | { readonly is: 'other' } | { readonly is: 'silent'; readonly error: unknown };

/** A candidate whose address we may connect to. */
interface ReachableCandidate extends Candidate {
  readonly address: Address;
}

/** The last answer of a sentinel, and when it came. */
interface SentinelAnswer {
  readonly view: SentinelView;
  readonly at: number;
}

/**
 * Resolver of a group that sentinels watch: the primary is the node that they name and that reports this role itself.
 * https://redis.io/docs/latest/develop/reference/sentinel-clients/
 */
export class SentinelResolver implements Resolver {
  readonly #context: ResolverContext;
  readonly #name: string;
  readonly #channel: SentinelChannel;
  readonly #sentinels: KnownSentinels;
  /** Answers by address of the sentinel. */
  #answers: ReadonlyMap<string, SentinelAnswer> = new Map();
  #events: SentinelEvents | null = null;
  #hint: Hint = () => {};
  #stopped = false;

  /** `channel`: to the sentinels. */
  constructor(context: ResolverContext, seeds: readonly Address[], name: string, channel: SentinelChannel) {
    this.#context = context;
    this.#name = name;
    this.#channel = channel;
    this.#sentinels = new KnownSentinels(seeds, (announced) => context.rules.address(announced));
  }

  async probe(previous: TopologySnapshot | null, _?: ProbeFocus, onReplica?: ReplicaListener): Promise<TopologySnapshot> {
    const timeoutMs = previous === null ? this.#context.firstTimeoutMs : SENTINEL_TIMEOUT_MS;
    const answers = await askSeveral(this.#sentinels.addresses, (address) => this.#askSentinel(address, timeoutMs), {
      want: ASKED_AT_ONCE,
      graceMs: GRACE_MS,
      counts: (view) => view.primary !== null,
    });
    this.#sentinels.update(answers.flatMap((answer) => (answer.ok ? [{ address: answer.item, view: answer.value }] : [])));
    this.#events?.follow(this.#sentinels.addresses);

    if (!answers.some((answer) => answer.ok && answer.value.primary !== null)) throw await this.#whyNoPrimary(answers);
    this.#answers = validAnswers(this.#answers, answers, performance.now());
    const candidates = candidatesOf([...this.#answers.values()].map(({ view }) => view));
    return this.#verified(candidates, previous, timeoutMs, onReplica);
  }

  watch(hint: Hint): void {
    this.#hint = hint;
    this.#events = new SentinelEvents(this.#channel, this.#name, hint, (node, refusal) =>
      this.#context.report('rights of the sentinel user to subscribe', notPermitted(node, refusal, SUBSCRIBE_RIGHTS)),
    );
    this.#events.follow(this.#sentinels.addresses);
  }

  stop(): void {
    this.#stopped = true;
    this.#events?.stop();
    this.#events = null;
  }

  async #askSentinel(address: Address, timeoutMs: number): Promise<SentinelView> {
    const node = addressKey(address);
    const replies = await this.#channel.send(address, sentinelCommands(this.#name), { timeoutMs });
    const view = parseSentinel(replies, (list, limit) => bounded(list, limit, node, this.#context.report));
    const [asked] = replies;
    const missing = replies.find(isNotPermitted);
    const notAllowed = missing === undefined ? null : notPermitted(node, missing, RIGHTS);
    if (notAllowed !== null && isNotPermitted(asked)) throw notAllowed;
    if (notAllowed !== null) this.#context.report('rights of the sentinel user', notAllowed);
    if (view !== null) return view;
    const [hello, info] = await this.#channel.send(address, MODE_COMMANDS, { timeoutMs });
    const mode = modeOf(hello, info);
    if (mode === 'standalone' || mode === 'cluster') {
      throw new TopologyError('ERR_NOT_A_SENTINEL', `${node} is a data server, not a sentinel (its usual port is 26379)`, [], { node });
    }
    throw asked instanceof Error ? asked : new Error('no usable reply');
  }

  async #whyNoPrimary(answers: readonly Answer<Address, SentinelView>[]): Promise<Error> {
    const causes = causesOf(answers);
    const reached = answers.find((answer) => answer.ok);
    if (reached === undefined) return failure('ERR_NO_SENTINEL_REACHABLE', 'no sentinel could be asked', causes);
    const [masters] = await this.#channel.send(reached.item, [['SENTINEL', 'MASTERS']]).catch(() => [null]);
    const names = listOf(masters).flatMap((master) => textOf(fieldOf(master, 'name')) ?? []);
    const shown = names.slice(0, MAX_NAMES).map((name) => JSON.stringify(name.slice(0, MAX_NAME_LENGTH)));
    const others = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
    const watched = names.length === 0 ? 'they watch no group' : `they watch ${shown.join(', ')}${others}`;
    return new TopologyError(
      'ERR_PRIMARY_NAME_UNKNOWN',
      `the sentinels do not know a group named ${JSON.stringify(this.#name)}: ${watched}`,
      causes,
    );
  }

  /** The newest candidate that reports the role itself; without one the newest of all, with the problem. */
  async #verified(
    candidates: readonly Candidate[],
    previous: TopologySnapshot | null,
    timeoutMs: number,
    onReplica?: ReplicaListener,
  ): Promise<TopologySnapshot> {
    const { control, rules } = this.#context;
    const known = previous?.shards[0]?.primary?.key;
    let problem: TopologyError | null = null;
    let first: ReachableCandidate | null = null;
    const reachable = candidates.flatMap((candidate): ReachableCandidate[] => {
      const address = rules.address(candidate.primary);
      return address === null ? [] : [{ ...candidate, address }];
    });
    if (reachable.length === 0) throw this.#primaryLeftOut(candidates);
    for (const candidate of reachable) {
      const { address } = candidate;
      const node = addressKey(address);
      // Once it has been seen as a primary, its promotion is over: it is verified like any other.
      if (candidate.isPromoting && node !== known) {
        if (await this.#isPromoted(address)) return this.#snapshot(candidate, true, null);
        continue;
      }
      const verdict = await verify(control, address, node === known ? REVERIFY_MS : timeoutMs);
      if (verdict.is === 'primary') return this.#snapshot(candidate, true, null);
      if (verdict.is === 'other') onReplica?.(node);
      // Verified earlier and only slow now: the connections for the commands find out what it is.
      if (verdict.is === 'silent' && node === known && verdict.error instanceof TimeoutError) {
        return this.#snapshot(candidate, true, previous?.problem ?? null);
      }
      if (first !== null || candidate.isPromoting) continue;
      first = candidate;
      problem = this.#problemOf(node, verdict);
    }
    const newest = first ?? (reachable.at(-1) as ReachableCandidate); // there is one
    return this.#snapshot(newest, problem?.code !== 'ERR_ROLE_MISMATCH', problem);
  }

  /** The error for candidates whose addresses are refused, or cannot be mapped. */
  #primaryLeftOut(candidates: readonly Candidate[]): AddressRefusedError | TopologyError {
    const { rules } = this.#context;
    const [first] = candidates;
    const node = first === undefined ? undefined : addressKey(first.primary);
    const named = `the sentinels name ${candidates.map(({ primary }) => addressKey(primary)).join(', ')} as the primary of ${this.#name}`;
    const mistake = candidates.map(({ primary }) => rules.addressOrMistake(primary)).find((address) => address instanceof OptionsError);
    return mistake === undefined
      ? new AddressRefusedError(`${named}, which allowedAddresses does not allow`, { node })
      : new TopologyError('ERR_PRIMARY_UNREACHABLE', `${named}${rules.leftOut}`, [], { node, cause: mistake });
  }

  #problemOf(node: string, verdict: Exclude<Verdict, { is: 'primary' }>): TopologyError {
    const named = `the sentinels name ${node} as the primary of ${this.#name}`;
    return verdict.is === 'silent'
      ? new TopologyError('ERR_PRIMARY_UNREACHABLE', `${named}, which is not reachable`, [{ node, error: verdict.error }])
      : new TopologyError('ERR_ROLE_MISMATCH', `${named}, which says that it is none`, [], { node });
  }

  /**
   * Whether the node that is being promoted reports the role of a primary. Waits a moment for that; its connections are cut by the
   * promotion.
   */
  async #isPromoted(address: Address): Promise<boolean> {
    for (const endAt = performance.now() + PROMOTION_MS; performance.now() < endAt && !this.#stopped; ) {
      const [role] = await this.#context.control.send(address, [['ROLE']], { timeoutMs: REVERIFY_MS }).catch(() => []);
      if (listOf(role)[0] === 'master') return true;
      await new Promise((resolve) => setTimeout(resolve, PROMOTION_EVERY_MS));
    }
    this.#hint(`${addressKey(address)} is being promoted`, true);
    return false;
  }

  #snapshot(
    { primary: announced, address, view }: ReachableCandidate,
    hasPrimary: boolean,
    problem: TopologyError | null,
  ): TopologySnapshot {
    const { rules } = this.#context;
    const key = addressKey(address);
    const primary = rules.node({
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
    const mayBeDown = view.primaryDown || problem !== null;
    const replicas = view.replicas.flatMap((replica): NodeInfo[] => {
      const { priority } = replica;
      const replicaAddress = rules.address(replica.address);
      // During a failover the promoted one is still on the list.
      if (replicaAddress === null || addressKey(replicaAddress) === key) return [];
      const facts = { id: null, address: replicaAddress, names: [replica.address], replicaOf: key, depth: 1, priority };
      return [rules.node({ ...facts, role: 'replica', usable: replica.up && (replica.linkUp || mayBeDown) })];
    });
    replicas.sort((a, b) => (a.key < b.key ? -1 : 1));
    return makeTopology('sentinel', [{ primary: hasPrimary ? primary : null, replicas }], null, problem);
  }
}

/**
 * The answers, and the earlier ones of sentinels that are late, as long as they count. Without those, a leading sentinel that is late by
 * more than the grace would make us go back to the old primary, which the others still name and which may still take writes.
 */
function validAnswers(
  earlier: ReadonlyMap<string, SentinelAnswer>,
  answers: readonly Answer<Address, SentinelView>[],
  now: number,
): Map<string, SentinelAnswer> {
  // In the order of the answers: of equal ones the first counts.
  const valid = new Map(
    answers.flatMap((answer) => (answer.ok ? [[addressKey(answer.item), { view: answer.value, at: now }] as const] : [])),
  );
  const gone = new Set(answers.flatMap((answer) => (!answer.ok && answer.error instanceof ConnectError ? addressKey(answer.item) : [])));
  for (const [key, one] of earlier) if (!valid.has(key) && !gone.has(key) && now - one.at < ANSWER_VALID_MS) valid.set(key, one);
  return valid;
}

/** Asks the node for its role. An ACL that forbids ROLE leaves us with the sentinels' word; READONLY then tells. */
async function verify(control: ControlChannel, address: Address, timeoutMs: number): Promise<Verdict> {
  try {
    const [role] = await control.send(address, [['ROLE']], { timeoutMs });
    return role instanceof Error || listOf(role)[0] === 'master' ? { is: 'primary' } : { is: 'other' };
  } catch (error) {
    if (isRefusedAccess(error)) throw error;
    return { is: 'silent', error };
  }
}
