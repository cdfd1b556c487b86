/** What ioredis leaves untyped, so that a program says itself what it is. */
export type Untyped = ReturnType<typeof JSON.parse>;
