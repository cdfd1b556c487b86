import { Redis } from 'ioredis';

export const value = new Redis().get('key');
