export type { BullConnection } from './connection.js';
export { type BullConnectionOptions, createBullConnection } from './create.js';
export type { BullClient, BullTransaction, PageOptions, RawEntry, ScriptArgument, ScriptDefinition } from './types.js';
