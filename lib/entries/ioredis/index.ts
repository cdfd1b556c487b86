export { warnOnce } from '../shared/warnings.js';
