import { CommandRefusedError, ReplyError, SlotwiseError } from '../../errors.js';
import type { AtomicBatch } from '../../protocol/call-extras.js';
import { keysOf } from '../../protocol/catalog/keys.js';
import { command, stateReason } from '../../protocol/catalog/specs.js';
import { type Arg, BYTES, type Command, type CommandSpec, DECODE_BUFFERS, type Decode, type Raw } from '../../protocol/command-spec.js';
import { failureOfParts } from '../../protocol/partial-failure.js';
import { measure } from '../../protocol/resp/encoder.js';
import { argText } from '../../protocol/resp/text.js';
import { asText } from '../../protocol/script.js';
import { prefixed } from '../../routing/keys/prefixed-command.js';
import type { Slotting } from '../../routing/keys/slotting.js';
import type { Client } from '../client.js';
import { slottingOf, type View } from '../view.js';

/** Command of a pipeline or transaction, not sent yet. */
export interface BatchStep extends Command {
  /** Mark of `call()`: RESP3 maps become objects, in a pipeline only, where each reply is parsed by itself. */
  readonly called?: true;
}

/** Outcomes of the steps of a batch, by index. */
export interface Outcomes {
  readonly values: unknown[];
  /** The steps that failed, in the order of their indexes. */
  readonly errors: ReadonlyMap<number, unknown>;
}

/**
 * The error of a batch of which steps failed: the first, unless that says that nothing was executed and another step has been, or may have
 * been.
 */
export function failureOf(steps: readonly BatchStep[], errors: Outcomes['errors']): unknown {
  const [first] = errors.values();
  if (!(first instanceof SlotwiseError) || first.executed !== 'no') return first;
  const failures = [...errors].map(([index, error]) => ({ keys: namesOfKeys(steps[index]), error }));
  if (failures.length === steps.length && failures.every(({ error }) => error instanceof SlotwiseError && error.executed === 'no'))
    return first;
  return failureOfParts({ name: 'pipeline', command: first.command, count: steps.length, parts: 'commands' }, failures);
}

function namesOfKeys(step: BatchStep | undefined): string[] {
  return step === undefined ? [] : keysOf(step.spec, step.args).map(argText);
}

const MULTI = command('MULTI');
const EXEC = command('EXEC');
/** EXEC whose replies are all read as bytes: for a batch with a command whose reply is bytes in any mode. */
const EXEC_BYTES: CommandSpec = Object.freeze({ ...EXEC, flags: EXEC.flags | BYTES });

/**
 * Sends the steps between MULTI and EXEC as one atomic batch, which one server runs without anything in between, or not at all.
 * https://redis.io/docs/latest/develop/using-commands/transactions/
 * Rejects if a command could not be queued, and with `CrossSlotError` in a cluster if the keys are of several slots.
 */
export async function runTransaction(client: Client, steps: readonly BatchStep[], view: View): Promise<Outcomes> {
  if (steps.length === 0) return { values: [], errors: new Map() };
  for (const { spec, args } of steps) measure(spec, args);
  client.admit(MULTI, [], view);
  const known = steps.some(isUnknown) ? await learnt(client, steps, view) : steps;
  admitAll(client, known, view);
  const { batch, exec, keys, decode } = transactionOf(known, view, slottingOf(view, client.sharding.slotting));
  const outcomes = (await client.runAtomicBatch(batch, exec, keys, decode, view)) as Outcomes; // the decoder's
  client.lessons.followReplies(outcomes.errors.values());
  return outcomes;
}

/** Whether the command table lacks the command: its spec has arity 0. */
export const isUnknown = ({ spec }: BatchStep): boolean => spec.arity === 0;

/** Learns from the server the specs of those commands that the table lacks, and returns the steps with them. */
export function learnt(client: Client, steps: readonly BatchStep[], view: View): Promise<readonly BatchStep[]> {
  return Promise.all(
    steps.map(async (step) => (isUnknown(step) ? { ...step, spec: await client.learn(step.spec, step.args, view) } : step)),
  );
}

/** Throws for commands that their domain does not let through, and for those that would change the connection, which others share. */
export function admitAll(client: Client, steps: readonly BatchStep[], view: View): void {
  for (const { spec, args } of steps) {
    if (spec.state !== 'none') {
      throw new CommandRefusedError(`${spec.name} is not sent in a transaction: ${stateReason(spec)}`, { command: spec.name });
    }
    client.admit(spec, args, view);
  }
}

/** Transaction ready to be sent. */
export interface Transaction {
  /** MULTI and the commands: what goes before EXEC. */
  readonly batch: AtomicBatch;
  readonly exec: CommandSpec;
  readonly keys: Arg[];
  /** Decodes EXEC's reply. */
  readonly decode: Decode<Outcomes>;
}

/** `slotting` says what must be together; null: everything is. */
export function transactionOf(commands: readonly BatchStep[], { prefix, mode }: View, slotting: Slotting | null): Transaction {
  const steps = prefix === null ? commands : commands.map((step) => prefixed(prefix, step));
  const bytes = (mode & DECODE_BUFFERS) === 0 && steps.some(({ spec }) => (spec.flags & BYTES) !== 0);
  return {
    exec: bytes ? EXEC_BYTES : EXEC,
    // A script's text, not its SHA-1: NOSCRIPT inside a transaction would come when the other commands have run.
    batch: { commands: [{ spec: MULTI, args: [] }, ...steps.map(asText)], replies: [] },
    keys: steps.flatMap(({ spec, args }) => slotting?.touched(spec, args) ?? keysOf(spec, args)),
    decode: (raw) => decodeSteps(steps, Array.isArray(raw) ? raw : [], { mode, bytes }),
  };
}

/** `bytes`: the replies were read as bytes, although the view wants text. */
function decodeSteps(steps: readonly BatchStep[], replies: readonly Raw[], { mode, bytes }: { mode: number; bytes: boolean }): Outcomes {
  const errors = new Map<number, unknown>();
  const values = steps.map(({ spec, args, decode }, index) => {
    const reply = replies[index] ?? null;
    const raw = bytes && (spec.flags & BYTES) === 0 ? bytesToText(reply) : reply;
    try {
      if (raw instanceof ReplyError) {
        raw.command = spec.name;
        raw.attempts = 1;
      }
      if (raw instanceof Error) throw raw;
      return decode === null ? raw : decode(raw, args, mode);
    } catch (error) {
      errors.set(index, error);
      return null;
    }
  });
  return { values, errors };
}

function bytesToText(raw: Raw): Raw {
  if (Buffer.isBuffer(raw)) return raw.toString();
  return Array.isArray(raw) ? raw.map(bytesToText) : raw;
}
