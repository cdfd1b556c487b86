import { AdminError } from '../admin-error.js';
import type { Plan } from '../plans/steps.js';

/** What a look at the servers says about a plan: that it cannot be done, or what the operator should know. */
export interface Finding {
  /** The plan would fail on its way. */
  readonly refuses: boolean;
  readonly text: string;
}

export function refusal(text: string): Finding {
  return { refuses: true, text };
}

export function note(text: string): Finding {
  return { refuses: false, text };
}

/** The plan with what was found as notes. Throws for what refuses it, all of it in one message. */
export function withFindings(plan: Plan, findings: readonly Finding[]): Plan {
  const texts = (refuses: boolean): string[] => [
    ...new Set(findings.filter((finding) => finding.refuses === refuses).map(({ text }) => text)),
  ];
  const refusals = texts(true);
  if (refusals.length > 0) throw new AdminError(`${refusals.join('; ')}. Nothing was done`);
  const notes = texts(false).filter((text) => !plan.notes.includes(text));
  return notes.length === 0 ? plan : { ...plan, notes: [...plan.notes, ...notes] };
}
