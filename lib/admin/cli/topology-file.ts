import { statSync } from 'node:fs';
import { OptionsError } from '../../errors.js';
import { type AccessOptions, loginOf } from '../../options/access.js';
import { checkTopology } from '../../options/check-topology.js';
import type { ClientOptions } from '../../options/client-options.js';
import type { TopologyOptions } from '../../options/topology.js';
import { readOptions } from '../explain/options-file.js';
import { jsonProblem } from '../json-problem.js';
import { readGivenFile } from './given-file.js';
import { UsageError } from './usage-error.js';

/** A topology out of a file. */
export interface TopologyFile {
  readonly topology: TopologyOptions;
  /** Login and TLS of its servers. */
  readonly access: AccessOptions;
  /** Options of a client, its topology aside; none where the file has a topology alone. */
  readonly options: ClientOptions;
}

const EXPECTED = 'expected a topology such as { "kind": "ring", "members": { … }, "placement": { … } }';

/** Whether a word in the place of an address or a URL names a file: it ends in .json, or is a path. A path from the root may be a socket's. */
export function namesFile(word: string): boolean {
  if (word.includes('://')) return false;
  if (/\.json$/i.test(word)) return true;
  return word.includes('/') && (!word.startsWith('/') || statSync(word, { throwIfNoEntry: false })?.isSocket() === false);
}

/** Reads a file as `topologyIn` does. */
export function readTopologyFile(path: string, name: string): TopologyFile {
  return topologyIn(readGivenFile(path, name).toString(), path, name);
}

/**
 * The topology that a file's content has as JSON, or the options of a client that have one. `name`: the option, or what stands in its place.
 * Throws a `UsageError`.
 */
export function topologyIn(content: string, path: string, name: string): TopologyFile {
  const text = content.replace(/^\uFEFF/, '');
  const problem = jsonProblem(text);
  if (problem !== null) throw new UsageError(`${name}: ${path} is not JSON: ${problem}`);
  const given: unknown = JSON.parse(text);
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw new UsageError(`${name}: ${path}: ${EXPECTED}`);
  try {
    if ('topology' in given) return fromOptions(text, path, name);
    const topology = checkTopology('kind' in given || !('members' in given) ? given : { kind: 'ring', ...given }, path);
    return { topology, access: loginOf(topology.url ?? {}), options: {} };
  } catch (error) {
    if (error instanceof OptionsError) throw new UsageError(`${name}: ${error.message}`);
    throw error;
  }
}

function fromOptions(text: string, path: string, name: string): TopologyFile {
  const { options, mistakes } = readOptions(text);
  const [mistake] = mistakes;
  if (mistake !== undefined) throw new UsageError(`${name}: ${path}: ${mistake}`);
  const { topology: given, ...others } = options;
  // It is there, and nothing is wrong with it.
  const topology = checkTopology(given, `${path}.topology`);
  return { topology, access: { ...loginOf(topology.url ?? {}), ...loginOf(options) }, options: others };
}
