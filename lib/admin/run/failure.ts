import { ConnectError, ConnectionLostError, SlotwiseError, show, TimeoutError } from '../../errors.js';
import { addressKey } from '../../options/address.js';
import { AdminError } from '../admin-error.js';
import { describeStep, isSlotStep, type NodeRef, type PlanStep, type SlotStep } from '../plans/steps.js';
import { type SlotSet, slotsText } from '../slot-list.js';

/** A step that has failed. */
export interface StepFailure {
  readonly step: PlanStep;
  readonly error: unknown;
  /** Its slots that had been done. */
  readonly done: SlotSet;
}

/** What the operator is told of where the keys are, of one kind of failure. What is not certain is said to be uncertain. */
interface FailureRow {
  readonly what: string;
  readonly fits: (failure: StepFailure, step: SlotStep) => boolean;
  readonly says: (failure: StepFailure, step: SlotStep) => string;
}

/** Replies of a target that took no key, in the source's or in its own words. */
const TAKES_NO_KEYS = /\bOOM\b|NOPERM|NOAUTH|WRONGPASS|DB index is out of range|Bad data format|payload version|MISCONF|NOREPLICAS/;
/** Replies that mean that the target was restarted or demoted, or was silent. */
const LOST_TARGET = /IOERR|LOADING|READONLY|MASTERDOWN|SETSLOT only with/;

/** The first row that fits counts. */
const ROWS: readonly FailureRow[] = [
  {
    what: 'the target is gone',
    fits: ({ error }, { to }) => isLost(error, to) || LOST_TARGET.test(messageOf(error)),
    says: ({ done }, { from, to, slots }) => {
      const touched = slotsText([...done, ...slots.filter((slot) => !done.includes(slot)).slice(0, 1)], 8);
      return `Keys that ${to.name} had got, of slots ${touched}, are in its memory, and in that of its replicas only as far as they have followed: some may be lost. Before going on, see with slotwise cluster check whether ${to.name} or its replica serves, and compare the number of keys; the keys that had not moved are on ${from.name}`;
    },
  },
  {
    what: 'the source is gone',
    fits: ({ error }, { from }) => isLost(error, from),
    says: (_, { from, to }) =>
      `Keys that had not moved are in the memory of ${from.name}, and in that of its replicas only as far as they have followed; those that had moved are on ${to.name}. Before going on, see with slotwise cluster check whether ${from.name} or its replica serves`,
  },
  {
    what: 'the target takes no keys',
    fits: ({ error }, { do: kind }) => kind === 'moveSlots' && TAKES_NO_KEYS.test(messageOf(error)),
    says: (_, { from, to }) =>
      `Keys that have moved are on ${to.name}, the others on ${from.name}, which sends clients to where they are. Mend the cause and go on, or take back what is half moved: slotwise cluster fix --back`,
  },
  {
    what: 'a node refused',
    fits: ({ error }) => error instanceof AdminError || TAKES_NO_KEYS.test(messageOf(error)),
    says: (_, { from, to }) =>
      `Keys are on ${from.name} or ${to.name}; slots that are half moved stay open until this goes on, or fix finishes them`,
  },
];

/** What went wrong, where, and what is certain of the keys. */
export function failureText(failure: StepFailure, progress: string): string {
  const { step, error } = failure;
  return `could not ${describeStep(step)}${progress}: ${reasonOf(error, step)}. ${certaintyOf(failure)}`;
}

/** What a server said, and which one. The source of a key quotes its target: https://redis.io/docs/latest/commands/migrate/ */
function reasonOf(error: unknown, step: PlanStep): string {
  const text = error instanceof SlotwiseError ? error.message : show(error);
  const [, quoted] = /^ERR Target instance replied with error: (.*)$/s.exec(text) ?? [];
  if (quoted !== undefined && isSlotStep(step)) return `${step.to.name} answered ${quoted}`;
  return error instanceof SlotwiseError && error.node !== undefined && !text.includes(error.node) ? `${text} (${error.node})` : text;
}

function certaintyOf(failure: StepFailure): string {
  const { step } = failure;
  const row = isSlotStep(step) ? ROWS.find(({ fits }) => fits(failure, step)) : undefined;
  if (row !== undefined && isSlotStep(step)) return row.says(failure, step);
  if (step.do === 'settle' || step.do === 'join') return 'All steps before this one were done: see slotwise cluster check';
  return 'What of this step was done is uncertain: see slotwise cluster check';
}

function messageOf(error: unknown): string {
  // What a user's function threw may be anything.
  return error instanceof SlotwiseError ? error.message : '';
}

/** Whether the error says that this node cannot be reached. */
function isLost(error: unknown, { name, address }: NodeRef): boolean {
  if (!(error instanceof SlotwiseError) || !(isSilence(error) || (error instanceof AdminError && isSilence(error.cause)))) return false;
  return error.node === name || (address !== null && error.node === addressKey(address));
}

function isSilence(error: unknown): boolean {
  return error instanceof ConnectionLostError || error instanceof ConnectError || error instanceof TimeoutError;
}
