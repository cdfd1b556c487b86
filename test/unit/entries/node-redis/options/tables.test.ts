import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as tables from '../../../../../lib/entries/node-redis/options/tables.js';

const page = readFileSync(new URL('../../../../../docs/entries/node-redis.md', import.meta.url), 'utf8');

describe('the options in docs/entries/node-redis.md', () => {
  it('are all there, with what becomes of them', () => {
    const { TLS_NAMES, TLS_SOCKET_NAMES, ...treated } = tables;
    const grouped: ReadonlySet<string> = new Set([...TLS_NAMES, ...TLS_SOCKET_NAMES]);
    const missing = Object.values(treated).flatMap((table) =>
      Object.entries(table).flatMap(([name, treatment]) => {
        if (grouped.has(name)) return page.includes(`\`${name}\``) ? [] : [name];
        const [kind, text] = Object.entries(treatment)[0] ?? [];
        return page.includes(`| \`${name}\` | ${kind} | ${text} |`) ? [] : [`| \`${name}\` | ${kind} | ${text} |`];
      }),
    );
    assert.deepEqual(missing, []);
  });
});
