import type { Domain, Options, ViewOptions, WaitReplicas } from '../options.js';
import {
  type Budget,
  type Call,
  type CallOwner,
  DECODE_BIGINT,
  DECODE_BUFFERS,
  DECODE_INTEGER_TEXT,
  DECODE_OBJECTS,
  type Failure,
} from '../protocol/command.js';
import type { KeyPrefix, PrefixTable } from '../routing/key-prefix.js';
import type { PolicyTable, ReadPolicy } from '../routing/read-preference.js';

/** What follows a failed attempt, and whose room its call takes: the client. */
export interface Engine {
  readonly budget: Budget;
  failed(call: Call, failure: Failure): void;
}

/** What the views of a client share. */
interface Tables {
  readonly policies: PolicyTable;
  readonly prefixes: PrefixTable;
}

interface ViewFacts {
  /** In ms, 0: none. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | null;
  /** Null: everything goes to the primary. */
  readonly policy: ReadPolicy | null;
  readonly idempotent: boolean;
  /** Sum of `DECODE_*` bits. */
  readonly mode: number;
  /** What the caller asked for, domains aside. */
  readonly options: ViewOptions;
  /** Named with `domain()`, or found by key. */
  readonly domain: Domain | null;
  /** Null: keys are sent as they are. */
  readonly prefix: KeyPrefix | null;
  readonly waitReplicas: WaitReplicas | null;
}

const INTEGER_MODES = { number: 0, bigint: DECODE_BIGINT, string: DECODE_INTEGER_TEXT } as const;

/** How the calls of one view of the client are treated; made once a view, read by every call. A call's owner is the view it came through. */
export class View implements CallOwner, ViewFacts {
  readonly budget: Budget;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | null;
  readonly policy: ReadPolicy | null;
  readonly idempotent: boolean;
  readonly mode: number;
  readonly options: ViewOptions;
  readonly domain: Domain | null;
  readonly prefix: KeyPrefix | null;
  readonly waitReplicas: WaitReplicas | null;

  private constructor(
    private readonly engine: Engine,
    facts: ViewFacts,
  ) {
    this.budget = engine.budget;
    this.timeoutMs = facts.timeoutMs;
    this.signal = facts.signal;
    this.policy = facts.policy;
    this.idempotent = facts.idempotent;
    this.mode = facts.mode;
    this.options = facts.options;
    this.domain = facts.domain;
    this.prefix = facts.prefix;
    this.waitReplicas = facts.waitReplicas;
  }

  static of(engine: Engine, client: Options, tables: Tables, options: ViewOptions, domain: Domain | null): View {
    const policy = tables.policies.of(domain, options);
    return new View(engine, {
      timeoutMs: options.timeoutMs ?? domain?.timeoutMs ?? client.timeoutMs,
      signal: options.signal ?? null,
      policy: policy.reads === 'primary' ? null : policy,
      idempotent: options.idempotent ?? false,
      mode: (options.buffers === true ? DECODE_BUFFERS : 0) | INTEGER_MODES[options.integers ?? client.integers],
      options,
      domain,
      prefix: tables.prefixes.of(domain),
      waitReplicas: options.waitReplicas ?? null,
    });
  }

  /** The same view with another way to build replies. */
  withMode(mode: number): View {
    return new View(this.engine, { ...this, mode });
  }

  /** For commands without a typed method: RESP3 maps become objects. */
  withObjects(): View {
    return this.withMode(this.mode | DECODE_OBJECTS);
  }

  failed(call: Call, failure: Failure): void {
    this.engine.failed(call, failure);
  }
}
