import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createContext, runInContext } from 'node:vm';
import type { ClientOptions, ViewOptions } from '../../../lib/options/client-options.js';
import { DEFAULTS } from '../../../lib/options/defaults.js';
import { ENDPOINTS_DEFAULTS } from '../../../lib/options/endpoints.js';
import { resolveOptions, resolveView } from '../../../lib/options/resolve.js';
import { ring } from '../../../lib/options/ring.js';
import { cluster, endpoints, replication, sentinel, single } from '../../../lib/options/topology.js';

interface Row {
  readonly name: string;
  readonly default: string;
  readonly example: string;
}

const page = readFileSync(path.resolve('docs/options.md'), 'utf8');
const scope = createContext({ single, replication, sentinel, cluster, AbortSignal });

/** The table of the section under this heading. */
function tableOf(heading: string): readonly Row[] {
  const section = page.split(/^## /m).find((text) => text.startsWith(heading)) ?? assert.fail(`no section ${heading}`);
  return section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => {
      const cells = line
        .slice(1, -1)
        .split(' | ')
        .map((cell) => cell.trim());
      return { name: code(cells[0]), default: cells[1] ?? '', example: code(cells[4]) };
    });
}

function code(cell: string | undefined): string {
  return /^`(.*)`$/.exec(cell ?? '')?.[1] ?? assert.fail(`no code in ${cell}`);
}

function valueAt(value: unknown, name: string): unknown {
  return name.split('.').reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], value);
}

/** The names of a table: the options, groups taken apart, and without what the types have in another form. */
const leaves = Object.entries(DEFAULTS).flatMap(([name, value]) =>
  ['queue', 'pool', 'reconnect', 'monitor'].includes(name) ? Object.keys(value).map((leaf) => `${name}.${leaf}`) : [name],
);

describe('docs/options.md', () => {
  const client = tableOf('Client');

  it('has a row for every option of a client, and no other rows', () => {
    assert.deepEqual(client.map(({ name }) => name).sort(), [...leaves, 'username', 'password'].sort());
  });

  for (const row of client) {
    it(`tells the default of ${row.name}`, () => {
      const value = row.name === 'username' || row.name === 'password' ? DEFAULTS.credentials : valueAt(DEFAULTS, row.name);
      if (row.default === 'none') return assert.ok(value === null || (Array.isArray(value) && value.length === 0), String(value));
      if (row.name === 'tls') return assert.equal(resolveOptions({ tls: false }).tls, value);
      const given = code(row.default);
      assert.deepEqual(row.name === 'topology' ? runInContext(given, scope) : given, typeof value === 'object' ? value : String(value));
    });

    it(`shows an example of ${row.name} that does what it says`, () => {
      const input: ClientOptions = runInContext(`(${row.example})`, scope);
      assert.notEqual(valueAt(input, row.name), undefined);
      assert.notDeepEqual(resolveOptions(input), DEFAULTS);
    });
  }

  for (const row of tableOf('One call')) {
    it(`shows an example of with({ ${row.name} })`, () => {
      const view: ViewOptions = runInContext(`(${row.example})`, scope);
      assert.deepEqual(Object.keys(resolveView(view)), [row.name]);
    });
  }

  const ringTables = page.split(/^## Rings$/m)[1]?.split(/^## /m)[0] ?? assert.fail('no section of rings');
  const placements = [...ringTables.matchAll(/^\| `(\{ .+? \})`[^|]*\|(?: `(.+?)`)? \|/gm)];

  for (const [, given = '', defaults = '{}'] of placements) {
    it(`tells the defaults of the placement ${given}`, () => {
      const placement = runInContext(`(${given})`, scope);
      const topology = ring(['h'], placement);
      assert.ok(topology.kind === 'ring');
      assert.deepEqual(topology.placement, { ...placement, ...runInContext(`(${defaults})`, scope) });
    });
  }

  it('has a row for every placement', () => {
    assert.equal(placements.length, 6);
    assert.throws(() => ring(['h'], { as: 'x' } as never), /one of go-redis, twemproxy, jedis, redis-rb, predixy,/);
  });

  it('has rows for the options of a ring, with their defaults and examples that do something', () => {
    const topology = ring(['h']);
    const rows = [...ringTables.matchAll(/^\| `([\w.]+)` \| `(.+?)` \|.*\| `(.+?)` \|$/gm)];
    const names = rows.map(([, name = '']) => name);
    assert.deepEqual(names, ['onDown', 'eject.after', 'eject.most', 'eject.flush', 'eject.evenModula', 'sameMember']);
    for (const [, name = '', value, example] of rows) {
      assert.equal(String(valueAt(topology, name)), value, name);
      assert.notDeepEqual(valueAt(ring(['h'], runInContext(`(${example})`, scope)), name), valueAt(topology, name), name);
    }
  });

  const endpointsRows = tableOf('Endpoints');

  it('has a row for every option of endpoints, and no other rows', () => {
    assert.deepEqual(
      endpointsRows.map(({ name }) => name),
      Object.keys(ENDPOINTS_DEFAULTS),
    );
  });

  for (const row of endpointsRows) {
    it(`tells the default of ${row.name} of endpoints, and shows an example that does something`, () => {
      const topology = endpoints(['h']);
      const value = valueAt(topology, row.name);
      if (row.default === 'none') assert.deepEqual(value, []);
      else assert.equal(code(row.default), String(value));
      assert.notDeepEqual(valueAt(endpoints(['h'], runInContext(`(${row.example})`, scope)), row.name), value);
    });
  }

  it('tells the same defaults behind a proxy', () => {
    const own = readFileSync(path.resolve('docs/behind-a-proxy.md'), 'utf8');
    for (const { name, default: given } of endpointsRows) assert.ok(own.includes(`| \`${name}\` | ${given} |`), name);
  });

  it('has a row for every option of with()', () => {
    const names = tableOf('One call').map(({ name }) => name);
    assert.throws(() => resolveView({ x: 1 } as ViewOptions), new RegExp(`known are ${names.join(', ')}$`));
  });

  it('has a row for every option of a domain', () => {
    const section = page.split('## Domains')[1] ?? '';
    const names = [...section.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
    assert.throws(() => resolveOptions({ domains: { a: { x: 1 } } } as ClientOptions), new RegExp(`known are ${names.join(', ')}$`));
  });

  it('shows URLs that are read as their rows say', () => {
    const rows = [...page.matchAll(/^\| `((?:redis|unix)[^`]*:\/\/[^`]*)` \| `(\w+)`/gm)];
    assert.equal(rows.length, 5);
    for (const [, url = '', kind] of rows) assert.equal(resolveOptions(url).topology.kind, kind);
  });

  it('shows domains that are accepted', () => {
    const [, program = ''] = /```ts\ncreateClient\((.*?)\);\n```/s.exec(page) ?? [];
    assert.equal(resolveOptions(runInContext(`(${program})`, scope)).domains.length, 2);
  });

  it('quotes the messages that mistakes really give', () => {
    const mistakes = [
      () => resolveOptions({ domains: { video: { reads: 'slave' } } } as unknown as ClientOptions),
      () => resolveOptions({ timeoutMS: 5 } as ClientOptions),
      () => cluster(['10.0.0.1:7000', '10.0.0.2:x']),
    ];
    for (const mistake of mistakes) assert.throws(mistake, (error) => error instanceof Error && page.includes(`${error.message}\n`));
  });
});
