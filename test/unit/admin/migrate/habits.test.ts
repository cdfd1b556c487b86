import assert from 'node:assert/strict';
import { migrationPage } from '../../../../scripts/migration-tables.js';

describe('the pages on migration', () => {
  for (const client of ['ioredis', 'node-redis'] as const) {
    it(`have the tables by which programs for ${client} are checked`, () => {
      const { text, current } = migrationPage(client);
      assert.equal(current, text, 'node --import tsx scripts/migration-tables.ts writes them');
    });
  }
});
