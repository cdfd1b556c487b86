import type { Patch } from '../run/bundle.js';
import type { DeploymentKind } from '../topologies/deployment.js';

/** A small break of the engine, as a careless change might make it: simulation and unit tests have to notice. */
export interface Break {
  readonly name: string;
  /** What a user would suffer. */
  readonly harm: string;
  /** The file, from the root of the repository. */
  readonly file: string;
  /** Its text, once in the file, that gives way to `replace`. */
  readonly find: string;
  readonly replace: string;
  /** Files and folders of test/unit/ that should notice if no seed does. */
  readonly tests: readonly string[];
  /** Servers whose seeds show it soonest; undefined: all are as good. */
  readonly kind?: DeploymentKind;
}

/** The file with the break. Throws where the text to replace is not there exactly once: the engine has changed, and the break with it. */
export function broken(text: string, { name, file, find, replace }: Break): string {
  const [before = '', ...after] = text.split(find);
  if (after.length !== 1) throw new Error(`the break ${name} finds its text ${after.length} times in ${file}`);
  return `${before}${replace}${after[0]}`;
}

export function patchOf(one: Break): Patch {
  return { file: one.file, apply: (text) => broken(text, one) };
}
