// Writes the tables of the pages on migration from the tables by which `slotwise migrate check` judges:
//
//   node --import tsx scripts/migration-tables.ts
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { OtherClient } from '../lib/admin/migrate/facts.js';
import { HABITS, type Habits, REPLIES } from '../lib/admin/migrate/habits.js';
import { eventRefusal } from '../lib/admin/migrate/native-calls.js';
import { OPTION_HABITS } from '../lib/admin/migrate/option-habits.js';

/** Events of these clients. */
const EVENTS: Readonly<Record<OtherClient, readonly string[]>> = {
  ioredis: ['connect', 'ready', 'error', 'close', 'reconnecting', 'end', '+node', '-node', 'node error', 'message', 'pmessage', 'smessage'],
  'node-redis': ['connect', 'ready', 'error', 'reconnecting', 'end'],
};

function table(head: readonly [string, string], rows: Habits): string {
  const lines = Object.entries(rows).map(([name, natively]) => `| \`${name}\` | ${natively.replaceAll('|', '\\|')} |`);
  return [`| ${head.join(' | ')} |`, '|---|---|', ...lines].join('\n');
}

function eventsOf(client: OtherClient): Habits {
  const told = (name: string): string => eventRefusal(name)?.replace(/^.*?; /, '') ?? 'the same';
  return Object.fromEntries(EVENTS[client].map((name) => [name, told(name)]));
}

/** The page about a client with its tables. */
export function migrationPage(client: OtherClient): { readonly file: URL; readonly text: string; readonly current: string } {
  const file = new URL(`../docs/migrate-from-${client}.md`, import.meta.url);
  const current = readFileSync(file, 'utf8');
  const tables = {
    calls: table([client, 'natively'], HABITS[client]),
    replies: table(['command', 'natively'], REPLIES[client]),
    options: table([`option of ${client}`, 'natively'], OPTION_HABITS[client]),
    events: table([`event of ${client}`, 'natively'], eventsOf(client)),
  };
  const text = Object.entries(tables).reduce((page, [name, rows]) => {
    const block = new RegExp(`(<!-- ${name}: [^>]*-->\\n)[\\s\\S]*?(<!-- /${name} -->)`);
    if (!block.test(page)) throw new Error(`${file} has no place for the table ${name}`);
    return page.replace(block, (_, begin: string, end: string) => `${begin}\n${rows}\n\n${end}`);
  }, current);
  return { file, text, current };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const client of ['ioredis', 'node-redis'] as const) {
    const { file, text } = migrationPage(client);
    writeFileSync(file, text);
  }
}
