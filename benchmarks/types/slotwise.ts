import { createClient } from '../../dist/esm/index.js';

export const value = createClient('redis://localhost').get('key');
