export { warnOnce } from '../shared/warnings.js';
export { ClientCommander } from './client-commander.js';
export { Command } from './command.js';
export { callEngine, runBatch } from './engine-call.js';
export { Pipeline } from './pipeline.js';
export { print } from './print.js';
export { ScanStream } from './scan-stream.js';
