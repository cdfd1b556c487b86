import { defineScript, type Script } from '../../index.js';

/** Definition of a command that runs a script. */
export interface ScriptDefinition {
  readonly lua: string;
  /** How many of the arguments are keys. Default: each call says it with its first argument. */
  readonly numberOfKeys?: number;
  /** The script only reads: replicas may run it where reads may go there. */
  readonly readOnly?: boolean;
}

/** Script of a command that a program defined. */
export class CommandScript {
  readonly lua: string;
  readonly sha: string;
  readonly numberOfKeys: number | null;
  readonly readOnly: boolean;
  readonly #script: Script;
  #readingScript: Script | null = null;

  constructor({ lua, numberOfKeys, readOnly }: ScriptDefinition) {
    this.lua = lua;
    this.numberOfKeys = typeof numberOfKeys === 'number' ? numberOfKeys : null;
    this.readOnly = readOnly === true;
    this.#script = defineScript({ lua });
    this.sha = this.#script.sha1;
  }

  /** The script as the engine runs it; `reading`: by EVALSHA_RO, which replicas run, too. */
  scriptFor(reading: boolean): Script {
    if (!reading) return this.#script;
    this.#readingScript ??= defineScript({ lua: this.lua, readonly: true });
    return this.#readingScript;
  }

  /** Arguments of EVALSHA. */
  argumentsOf(given: readonly unknown[]): unknown[] {
    return this.numberOfKeys === null ? [this.sha, ...given] : [this.sha, this.numberOfKeys, ...given];
  }
}
