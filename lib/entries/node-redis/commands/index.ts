import { cluster } from './cluster.js';
import type { Command } from './command.js';
import { connection } from './connection.js';
import { geo } from './geo.js';
import { hashes } from './hashes.js';
import { keys } from './keys.js';
import { lists } from './lists.js';
import { scripting } from './scripting.js';
import { server } from './server.js';
import { sets } from './sets.js';
import { sortedSetRanges } from './sorted-set-ranges.js';
import { sortedSets } from './sorted-sets.js';
import { streams } from './streams.js';
import { strings } from './strings.js';

/** All commands by their method in camel case. */
export const commands = {
  ...cluster,
  ...connection,
  ...geo,
  ...hashes,
  ...keys,
  ...lists,
  ...scripting,
  ...server,
  ...sets,
  ...sortedSetRanges,
  ...sortedSets,
  ...streams,
  ...strings,
};

export type Commands = typeof commands;

/** The table without the types of single commands, for loops over it. */
export const entries = Object.entries(commands) as unknown as readonly (readonly [method: string, command: Command])[];
