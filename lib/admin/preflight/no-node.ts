import { ReplyError } from '../../errors.js';
import { type Address, addressKey } from '../../options/address.js';
import { thrownText } from '../../util/user-function.js';

/** What a server answers that is no node of a cluster, and what that means. */
const MEANINGS: readonly (readonly [answer: RegExp, meaning: string])[] = [
  [
    /cluster support disabled|without cluster mode/i,
    'runs without cluster mode: set cluster-enabled yes in its configuration and restart it',
  ],
  [/unknown command ['`"]?cluster/i, 'does not know the commands of a cluster: it is a Sentinel, or a server that cannot be a node'],
  [/^NOPERM/i, 'does not allow our user what is needed'],
  [/^(NOAUTH|WRONGPASS)/i, 'does not accept our login'],
  [/^LOADING/i, 'is still loading its data: wait until it has'],
];

/** Why a server cannot become a node, as one clause that names it. */
export function whyNoNode(address: Address | undefined, error: unknown): string {
  const name = address === undefined ? 'a server' : addressKey(address);
  const message = thrownText(error);
  const meaning = MEANINGS.find(([answer]) => answer.test(message))?.[1];
  if (meaning !== undefined) return `${name} ${meaning}${error instanceof ReplyError ? ` (${message})` : ''}`;
  return message.includes(name) ? message : `${name} cannot be asked: ${message}`;
}
