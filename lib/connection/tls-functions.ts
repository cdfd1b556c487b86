import { show } from '../errors.js';
import { nextTick } from '../runtime/runtime.js';
import { isIP, type PeerCertificate, type PSKCallbackNegotation, type TlsConnectionOptions } from '../runtime/sockets.js';
import { asError, callAside, disregard } from '../util/user-function.js';
import { asVerdict } from './tls-failures.js';

/** Options that are functions and are not for servers alone. */
type FunctionOption = Exclude<
  {
    [Name in keyof TlsConnectionOptions]-?: Extract<TlsConnectionOptions[Name], (...args: never[]) => unknown> extends never ? never : Name;
  }[keyof TlsConnectionOptions],
  'ALPNCallback' | 'SNICallback'
>;

type Functions = { readonly [Name in FunctionOption]: NonNullable<TlsConnectionOptions[Name]> };

/** Ends the connection with a mistake of a user's function, where Node has no way to tell it. */
type Fail = (error: Error) => void;

/** Makes of each function one that Node can call: Node does not catch what they throw, and that would end the process. */
const GUARDS: { readonly [Name in FunctionOption]: (given: Functions[Name], fail: Fail) => Functions[Name] } = {
  checkServerIdentity: (given) => (host, certificate) => identityProblem(given, host, certificate),
  lookup: (given) => guardedLookup(given),
  pskCallback: (given, fail) => (hint) => pskOf(given, hint, fail),
};
export const TLS_FUNCTIONS = Object.keys(GUARDS) as FunctionOption[]; // of that record

/** The options with functions that never throw and never give Node what it cannot take: their mistakes end this connection alone. */
export function withGuardedFunctions(tls: TlsConnectionOptions, fail: Fail): TlsConnectionOptions {
  const { checkServerIdentity, lookup, pskCallback } = tls;
  return {
    ...tls,
    ...(typeof checkServerIdentity === 'function' ? { checkServerIdentity: GUARDS.checkServerIdentity(checkServerIdentity, fail) } : {}),
    ...(typeof lookup === 'function' ? { lookup: GUARDS.lookup(lookup, fail) } : {}),
    ...(typeof pskCallback === 'function' ? { pskCallback: GUARDS.pskCallback(pskCallback, fail) } : {}),
  };
}

/** A promise is no answer: the connection would be taken for a checked one before it is. */
function identityProblem(given: Functions['checkServerIdentity'], host: string, certificate: PeerCertificate): Error | undefined {
  let answer: unknown;
  try {
    answer = given(host, certificate);
  } catch (error) {
    return asError(error);
  }
  if (!answer) return undefined;
  if (answer instanceof Error) return asVerdict(asError(answer));
  disregard(answer);
  return new TypeError(`expected an Error or nothing from checkServerIdentity, got ${show(answer)}`);
}

function pskOf(given: Functions['pskCallback'], hint: string | null, fail: Fail): PSKCallbackNegotation | null {
  try {
    const answer: unknown = given(hint);
    if (answer === null || answer === undefined || isNegotiation(answer)) return answer ?? null;
    disregard(answer);
    throw new TypeError(`expected { psk, identity } or null from pskCallback, got ${show(answer)}`);
  } catch (error) {
    fail(asError(error));
    return null;
  }
}

function isNegotiation(answer: unknown): answer is PSKCallbackNegotation {
  if (typeof answer !== 'object' || answer === null) return false;
  return 'psk' in answer && ArrayBuffer.isView(answer.psk) && 'identity' in answer && typeof answer.identity === 'string';
}

/** Gives Node one answer in the form that it asked for: Node reads the answer unseen, in the user's own call. */
function guardedLookup(given: Functions['lookup']): Functions['lookup'] {
  return (host, options, answer) => {
    let answered = false;
    const once = (error: Error | null, addresses: readonly { address: string; family: number }[] = []): void => {
      if (answered) return;
      answered = true;
      const [first] = addresses;
      // In a turn of its own: Node does not expect the answer before its call has returned.
      nextTick(() => {
        if (error !== null || first === undefined) answer(error, '', 0);
        else if (options.all === true) answer(null, [...addresses]);
        else answer(null, first.address, first.family);
      });
    };
    const failed = (error: unknown): void => once(asError(error));
    const took = (error: unknown, found: unknown): void => {
      const addresses = error ? null : addressesOf(found);
      if (error) failed(error);
      else if (addresses === null) failed(new TypeError(`expected IP addresses from lookup, got ${show(found)}`));
      else once(null, addresses);
    };
    callAside(() => given(host, options, took), failed);
  };
}

/** The addresses that a lookup gave, one or a list; null where it gave something else. */
function addressesOf(found: unknown): { address: string; family: number }[] | null {
  const list: unknown[] = Array.isArray(found) ? found : [found];
  const addresses = list.map((entry) => (typeof entry === 'object' && entry !== null && 'address' in entry ? entry.address : entry));
  const valid = addresses.flatMap((address) => (typeof address === 'string' && isIP(address) !== 0 ? [address] : []));
  return valid.length === 0 || valid.length < list.length ? null : valid.map((address) => ({ address, family: isIP(address) }));
}
