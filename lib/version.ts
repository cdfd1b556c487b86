/** Told to servers by `CLIENT SETINFO`; a test keeps it equal to package.json's. */
export const VERSION = '0.1.0';
