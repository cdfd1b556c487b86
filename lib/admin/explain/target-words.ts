import type { GivenOptions } from '../../options/checks.js';
import type { ClientOptions } from '../../options/client-options.js';
import { replication, seedsOf, type TopologyOptions } from '../../options/topology.js';
import { optionsOfUrl } from '../../options/url-parameters.js';

/** The options that a URL can have. */
type UrlOptions = Pick<GivenOptions, 'topology' | 'clientName' | 'database' | 'protocol' | 'timeoutMs' | 'connectTimeoutMs' | 'reads'>;

/** The servers and the command that words of a command line mean. */
export interface TargetWords {
  /** Options that a client would have: of the URL before those of the file. */
  readonly options: ClientOptions & { readonly topology: TopologyOptions };
  /** Only servers are named; what their topology is, is to be found out. */
  readonly isUnknown: boolean;
  /** The command and its arguments. */
  readonly command: readonly string[];
}

/**
 * Reads `URL COMMAND KEY…`, or `COMMAND KEY…` where the file has the topology. Null: no servers are named. Throws an `OptionsError` for a URL
 * that cannot be read.
 */
export function targetWords(words: readonly string[], file: ClientOptions): TargetWords | null {
  const [first = '', ...rest] = words;
  const { topology } = file;
  if (topology !== undefined && !isServer(first)) return { options: { ...file, topology }, isUnknown: false, command: words };
  if (first === '') return null;
  const named: UrlOptions = first.includes('://') ? optionsOfUrl(first) : { topology: replication([first]) };
  const { topology: found = replication([first]) } = named;
  const isUnknown = !first.includes('://') || found.kind === 'single';
  const { url } = found;
  const asGroup = { ...replication([...seedsOf(found)]), ...(url === undefined ? {} : { url }) };
  return { options: { ...file, ...named, topology: isUnknown ? asGroup : found }, isUnknown, command: rest };
}

/** Whether the word is an address or a URL, and no command. */
function isServer(word: string): boolean {
  return word.includes('://') || word.startsWith('/') || /:\d+$/.test(word);
}
