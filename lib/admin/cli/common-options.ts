import type { OptionHelps } from './command.js';

/** Options of every command: how to reach the servers, and how to print. */
export const COMMON: OptionHelps = {
  user: { value: 'NAME', what: 'user name of the servers' },
  password: { value: 'SECRET', what: 'password; better in the variable SLOTWISE_PASSWORD or REDISCLI_AUTH' },
  askpass: { what: 'ask for the password, or read it from the first line of the input' },
  tls: { what: 'connect over TLS' },
  cacert: { value: 'FILE', what: 'with certificates of authorities (PEM)' },
  cert: { value: 'FILE', what: 'with our certificate (PEM)' },
  key: { value: 'FILE', what: 'with our private key (PEM)' },
  sni: { value: 'NAME', what: 'host name for TLS' },
  insecure: { what: 'connect over TLS without checking certificates' },
  'connect-timeout': { value: 'MS', what: 'time for one connection (5000)' },
  json: { what: 'print one JSON document, for programs' },
};

/** Options of commands that show a plan before they change anything. */
export const PLANNED: OptionHelps = {
  'dry-run': { what: 'show the plan and do nothing' },
  yes: { what: 'do not ask whether to go on' },
  quiet: { what: 'no steps and no progress: what is done, notes, and how it ended' },
};

/** Options of commands that move keys. */
export const MOVING: OptionHelps = {
  batch: { value: 'KEYS', what: 'keys a MIGRATE (50); the source serves nobody else meanwhile' },
  'migrate-timeout': { value: 'MS', what: 'how long a source waits for a target (half of cluster-node-timeout)' },
  replace: { what: 'overwrite keys that the target has although it does not own the slot' },
  'wait-replicas': { value: 'NUMBER', what: 'replicas of the target that must have the keys of a slot first (0)' },
  parallel: { value: 'NUMBER', what: 'sources that give slots side by side (4)' },
  'no-atomic': { what: 'move key by key where servers could move whole ranges' },
};

/** Options of commands that choose slots to move. */
export const SKIPPING: OptionHelps = {
  'skip-larger': { value: 'BYTES', what: 'leave slots where they are that have a key larger than this: 8388608, 8mb' },
};
