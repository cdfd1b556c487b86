import { createClient } from 'redis';

export const value = createClient().get('key');
