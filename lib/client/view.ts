import type { ViewOptions, WaitReplicas } from '../options/client-options.js';
import type { Options } from '../options/defaults.js';
import type { Domain } from '../options/domains.js';
import type { AttemptFailure, Call, CallOwner, QueueUsage } from '../protocol/call.js';
import { type CommandSpec, DECODE_BIGINT, DECODE_BUFFERS, DECODE_INTEGER_TEXT, DECODE_OBJECTS } from '../protocol/command-spec.js';
import type { KeyPrefix, PrefixTable } from '../routing/keys/key-prefix.js';
import type { Slotting } from '../routing/keys/slotting.js';
import type { Offloaded, OffloadTable } from '../routing/reads/offload.js';
import type { PolicyTable, ReadPolicy } from '../routing/reads/read-preference.js';
import { type CallWatch, callWatchOf } from './abort.js';
import type { Counters, CounterTable } from './counters.js';
import type { Life } from './life.js';
import type { Session } from './session.js';

/** The engine of a client, as its views know it: decides what follows a failed attempt, and counts what is unanswered. */
export interface ViewEngine {
  readonly usage: QueueUsage;
  keepsOrder(call: Call): boolean;
  failed(call: Call, failure: AttemptFailure): void;
}

/** Tables that the views of a client share. */
export interface Tables {
  readonly policies: PolicyTable;
  readonly offloads: OffloadTable;
  readonly counters: CounterTable;
  readonly prefixes: PrefixTable;
}

interface ViewFacts {
  /** Deadline in ms; 0: none. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | null;
  /** What may end its calls early: the signal, the life; null: nothing. */
  readonly watch: CallWatch | null;
  /** Policy of the reads; null: everything goes to the primary. */
  readonly policy: ReadPolicy | null;
  readonly idempotent: boolean;
  /** Sum of `DECODE_*` bits. */
  readonly mode: number;
  /** Options that the caller gave, domains aside. */
  readonly options: ViewOptions;
  /** Domain, named with `domain()` or found by key; null: none. */
  readonly domain: Domain | null;
  /** Prefix of the keys; null: keys are sent as they are. */
  readonly prefix: KeyPrefix | null;
  readonly waitReplicas: WaitReplicas | null;
  /** Reads may be asked of a second node. */
  readonly hedge: boolean;
  /** Counters of the domain. */
  readonly counters: Counters;
  /** Commands with a read policy of their own; null: there are none. */
  readonly offloaded: Offloaded | null;
  /** Session of the view; null: reads need not see its writes. */
  readonly session: Session | null;
  /** The member of a ring that all its calls go to; null: the keys decide. */
  readonly member: RingPlace | null;
  /** The life that its calls belong to; null: that of the client. */
  readonly life: Life | null;
}

/** A member of a ring. */
export interface RingPlace {
  readonly name: string;
  readonly slot: number;
}

/** Domain, session, member and life of a view, which it has besides its options. */
export interface ViewPlace {
  readonly domain: Domain | null;
  readonly session: Session | null;
  readonly member: RingPlace | null;
  readonly life: Life | null;
}

const INTEGER_MODES = { number: 0, bigint: DECODE_BIGINT, string: DECODE_INTEGER_TEXT } as const;

/** A view of the client: how its calls are treated. Made once a view, read by every call; the owner of its calls. */
export class View implements CallOwner, ViewFacts {
  readonly usage: QueueUsage;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | null;
  readonly watch: CallWatch | null;
  readonly policy: ReadPolicy | null;
  readonly idempotent: boolean;
  readonly mode: number;
  readonly options: ViewOptions;
  readonly domain: Domain | null;
  readonly prefix: KeyPrefix | null;
  readonly waitReplicas: WaitReplicas | null;
  readonly hedge: boolean;
  readonly counters: Counters;
  readonly offloaded: Offloaded | null;
  readonly session: Session | null;
  readonly member: RingPlace | null;
  readonly life: Life | null;

  private constructor(
    private readonly engine: ViewEngine,
    facts: ViewFacts,
  ) {
    this.usage = engine.usage;
    this.timeoutMs = facts.timeoutMs;
    this.signal = facts.signal;
    this.watch = facts.watch;
    this.policy = facts.policy;
    this.idempotent = facts.idempotent;
    this.mode = facts.mode;
    this.options = facts.options;
    this.domain = facts.domain;
    this.prefix = facts.prefix;
    this.waitReplicas = facts.waitReplicas;
    this.hedge = facts.hedge;
    this.counters = facts.counters;
    this.offloaded = facts.offloaded;
    this.session = facts.session;
    this.member = facts.member;
    this.life = facts.life;
  }

  static of(engine: ViewEngine, client: Options, tables: Tables, options: ViewOptions, place: ViewPlace): View {
    const { domain, session, member, life } = place;
    const signal = options.signal ?? null;
    const policy = tables.policies.of(domain, options);
    return new View(engine, {
      timeoutMs: options.timeoutMs ?? domain?.timeoutMs ?? client.timeoutMs,
      signal,
      watch: life === null ? signal && callWatchOf(signal) : life.with(signal),
      policy: policy.reads === 'primary' ? null : policy,
      idempotent: options.idempotent ?? false,
      mode: (options.buffers === true ? DECODE_BUFFERS : 0) | INTEGER_MODES[options.integers ?? client.integers],
      options,
      domain,
      prefix: tables.prefixes.of(domain),
      waitReplicas: options.waitReplicas ?? null,
      hedge: options.hedge ?? domain?.hedge ?? client.hedge,
      counters: tables.counters.of(domain),
      offloaded: tables.offloads.of(domain, options),
      session,
      member,
      life,
    });
  }

  /** The same view with another way to build replies. */
  withMode(mode: number): View {
    return new View(this.engine, { ...this, mode });
  }

  /** The same view with all its reads at primaries. */
  atPrimary(): View {
    return this.policy === null && this.offloaded === null ? this : new View(this.engine, { ...this, policy: null, offloaded: null });
  }

  /** The same view for commands without a typed method: RESP3 maps become objects, except of Buffers, which cannot name fields. */
  withObjects(): View {
    return (this.mode & DECODE_BUFFERS) === 0 ? this.withMode(this.mode | DECODE_OBJECTS) : this;
  }

  /** Read policy of a command that only reads; null: the primary serves it. */
  policyOf({ name }: CommandSpec): ReadPolicy | null {
    return this.offloaded === null ? this.policy : (this.offloaded.get(name) ?? this.policy);
  }

  keepsOrder(call: Call): boolean {
    return this.engine.keepsOrder(call);
  }

  failed(call: Call, failure: AttemptFailure): void {
    this.engine.failed(call, failure);
  }
}

/** How the keys of a view's calls decide where they go; null: they do not. */
export function slottingOf(view: View, slotting: Slotting | null): Slotting | null {
  return view.member === null ? slotting : null;
}

/** The view a call came through. Every call that a dispatcher gets was made by a `CallFactory`, whose calls have their view as owner. */
export function viewOf(call: Call): View {
  return call.owner as View;
}
