import { readFileSync } from 'node:fs';
import { UsageError } from './usage-error.js';

const PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'it may not be read',
  EISDIR: 'it is a directory',
};

/** Reads a file that the command line names. `name`: its option, or what it is for. Throws a `UsageError`. */
export function readGivenFile(path: string, name: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException; // errors of node:fs have codes
    throw new UsageError(`${name}: cannot read ${path}: ${PROBLEMS[code] ?? message}`);
  }
}
