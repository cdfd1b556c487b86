// What packages took out of the inside of ioredis: BullMQ before 6 compares messages of errors with this one.
exports.CONNECTION_CLOSED_ERROR_MSG = 'Connection is closed.';
