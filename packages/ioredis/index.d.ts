export * from 'slotwise/ioredis';
export { default } from 'slotwise/ioredis';
