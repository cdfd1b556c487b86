/** The library's version, which servers get by `CLIENT SETINFO`. A test keeps it equal to package.json's. */
export const VERSION = '0.1.0';
