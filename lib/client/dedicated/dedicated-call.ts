import type { Call } from '../../protocol/call.js';
import { OutcomeLink } from '../../protocol/outcome-link.js';
import type { TransactionPlace } from './transactions.js';

/** Who hears of the outcome of a call before its caller does. */
export interface CallHost {
  answered(call: DedicatedCall, value: unknown): void;
  refused(call: DedicatedCall, error: unknown): void;
}

/** Call of a dedicated connection, with what its owner has to know of it until it has its outcome. */
export class DedicatedCall extends OutcomeLink {
  constructor(
    override readonly call: Call,
    /** Its place among all that were issued. */
    readonly order: number,
    readonly place: TransactionPlace,
    private readonly host: CallHost,
  ) {
    super(call);
  }

  override onValue(index: number, value: unknown): void {
    this.host.answered(this, value);
    super.onValue(index, value);
  }

  override onError(index: number, error: unknown): void {
    this.host.refused(this, error);
    super.onError(index, error);
  }
}
