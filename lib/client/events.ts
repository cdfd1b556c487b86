import { ArgumentError, type SlotwiseError } from '../errors.js';
import { suggest } from '../options/suggestion.js';
import type { MemberChange } from '../routing/keys/ring-slotting.js';
import type { TopologySnapshot } from '../topology/snapshot.js';
import { typeText } from '../util/type-text.js';
import type { Gap } from './gap.js';

/** Events of a client, for people and logs; programs find more in the diagnostics channels. */
export type ClientEvents = {
  /** Commands can be served, for the first time. */
  ready: [];
  /** The servers changed; nodes by address. */
  topology: [snapshot: TopologySnapshot];
  /** A shard has another primary. */
  failover: [change: { readonly from: string | null; readonly to: string }];
  /** A member of a ring was left out (`onDown: 'eject'`): its keys are placed on the others. */
  eject: [change: { readonly member: string }];
  /** A member that was left out serves its keys again. */
  return: [change: { readonly member: string }];
  /** A ring has other members. */
  members: [change: MemberChange];
  /** A connection broke or could not be made; another attempt follows. */
  reconnecting: [attempt: { readonly node: string; readonly error: SlotwiseError }];
  /** Messages of a subscription may have been missed; the subscription itself reports it, too. */
  gap: [gap: Gap];
  /** Something that no command's promise reports: the topology cannot be learnt, credentials are refused. */
  error: [error: SlotwiseError];
  close: [];
};

const NAMES: Readonly<Record<keyof ClientEvents, true>> = {
  ready: true,
  topology: true,
  failover: true,
  eject: true,
  return: true,
  members: true,
  reconnecting: true,
  gap: true,
  error: true,
  close: true,
};

/** Events of other clients, with what there is instead. */
const OTHERS: Readonly<Record<string, string>> = {
  connect: 'did you mean ready?',
  end: 'did you mean close?',
  disconnect: 'did you mean reconnecting?',
  reconnect: 'did you mean reconnecting?',
  '+node': 'did you mean topology?',
  '-node': 'did you mean topology?',
  'node error': 'did you mean error?',
  '+switch-master': 'did you mean failover?',
  message: 'messages come to the function that subscribe() gets',
  pmessage: 'messages come to the function that psubscribe() gets',
  smessage: 'messages come to the function that ssubscribe() gets',
};

/** Throws for a name that is no event of a client: a listener of it would never be called. */
export function checkEvent(name: unknown, method: string): void {
  if (typeof name !== 'string')
    throw new ArgumentError(`${method}: argument 1 (event) must be the name of an event, got ${typeText(name)}`);
  if (Object.hasOwn(NAMES, name)) return;
  const advice = Object.hasOwn(OTHERS, name) ? OTHERS[name] : suggest(name, Object.keys(NAMES));
  throw new ArgumentError(`${method}: unknown event ${JSON.stringify(name)}; ${advice}`);
}
