import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { handshakeSteps } from '../../lib/connection/handshake.js';
import * as slotwise from '../../lib/index.js';
import { REFUSALS } from '../../lib/protocol/refusals.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

const pages = ['', 'docs/', '.github/']
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}${name}`))
  .filter((name) => name.endsWith('.md'))
  .map((name) => ({ name, text: readFileSync(join(root, name), 'utf8') }));

const errorsPage = pages.find(({ name }) => name === 'docs/errors.md')?.text ?? '';

/** The section of a page with this heading. */
function section(page: string, heading: string): string {
  return page.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
}

/** The page without its code, in which brackets mean something else. */
function prose(text: string): string {
  return text.replaceAll(/^```.*?^```/gms, '').replaceAll(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]]/g, ' '));
}

/** As GitHub names the anchors of headings. */
function anchors(text: string): string[] {
  return [...text.replaceAll(/^```.*?^```/gms, '').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** What stands in backticks and in blocks of shell commands. */
function codeIn(text: string): string[] {
  const inline = [...text.replaceAll(/^```.*?^```/gms, '').matchAll(/`([^`\n]+)`/g)];
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```/gms)];
  return [...inline, ...blocks].map(([, code = '']) => code);
}

/** The files and folders of this repository that a page names in code. Of `test/unit/**` and `lib/<group>/x.ts` the part before what varies. */
function pathsIn(text: string): string[] {
  const path = /(?<![\w./<>*-])(?:\.ci|\.github|benchmarks|captures|chaos|docs|examples|lib|scripts|test)\/[\w./-]*/g;
  return codeIn(text).flatMap((code) => [...code.matchAll(path)].map(([found]) => found.replace(/\.$/, '')));
}

/** The scripts of package.json that a page says to run. */
function scriptsIn(text: string): string[] {
  return codeIn(text).flatMap((code) => [...code.matchAll(/\bnpm run (?:--silent )?([\w:]+)/g)].map(([, script = '']) => script));
}

describe('the documentation', () => {
  for (const { name, text } of pages) {
    it(`has no broken link in ${name}`, () => {
      for (const [, target = ''] of prose(text).matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^https?:/.test(target)) continue;
        const [path = '', anchor] = target.split('#');
        const file = path === '' ? join(root, name) : join(root, dirname(name), path);
        assert.ok(existsSync(file), `${target} in ${name}`);
        if (anchor !== undefined) assert.ok(anchors(readFileSync(file, 'utf8')).includes(anchor), `${target} in ${name}`);
      }
    });
  }

  it('leads from the README to docs/README.md, and from there to every page', () => {
    const textOf = (page: string): string => pages.find(({ name }) => name === page)?.text ?? '';
    assert.ok(textOf('README.md').includes('(docs/README.md)'));
    const index = textOf('docs/README.md');
    for (const { name } of pages) {
      const page = /^docs\/(?!README)(.*)/.exec(name)?.[1];
      if (page !== undefined) assert.ok(index.includes(`](${page})`), name);
    }
  });

  it('says the same of an option in the README and on its page', () => {
    const rowsOf = (page: string, heading: string): Map<string, string> => {
      const all = pages.find(({ name }) => name === page)?.text ?? '';
      return new Map(
        [...section(all, heading).matchAll(/^\| (`[^|]*`) \| ([^|]*) \|/gm)].map(([, names = '', value = '']) => [names, value]),
      );
    };
    const full = rowsOf('docs/options.md', 'Client');
    const main = [...rowsOf('README.md', 'Options')].flatMap(([names, value]) => names.split(', ').map((name) => [name, value] as const));
    assert.ok(main.length > 8);
    for (const [name, value] of main) assert.equal(value, full.get(name), name);
  });

  it('names every code of an error', () => {
    const codes = readFileSync(join(root, 'lib/errors.ts'), 'utf8').matchAll(/'(ERR_\w+)'/g);
    for (const [, code = ''] of codes) assert.ok(errorsPage.includes(`\`${code}\``), code);
  });

  it('has a row for each class of an error, with its code and what it says of execution unless told otherwise', () => {
    const source = `${readFileSync(join(root, 'lib/errors.ts'), 'utf8')}${readFileSync(join(root, 'lib/admin/admin-error.ts'), 'utf8')}`;
    const classes = source.split(/^export class /m).slice(1);
    const rows = new Map(
      [...section(errorsPage, 'Codes').matchAll(/^\| `(\w+)`[^|]* \| ([^|]*) \| ([^|]*) \|/gm)].map(
        ([, name = '', code = '', executed = '']) => [name, { code, executed: executed.split(/[^a-z]+/) }],
      ),
    );
    assert.deepEqual([...rows.keys()].sort(), classes.map((text) => /^\w+/.exec(text)?.[0]).sort());
    for (const text of classes) {
      const [name = ''] = /^\w+/.exec(text) ?? [];
      const { code = '', executed = [] } = rows.get(name) ?? {};
      const [, ownCode] = /'(ERR_\w+)'/.exec(text) ?? [];
      if (ownCode !== undefined) assert.equal(code, `\`${ownCode}\``, name);
      // The others are of no command.
      if (!executed.includes('')) assert.ok(executed.includes(/executed: '(\w+)'/.exec(text)?.[1] ?? 'no'), name);
    }
    for (const name of Object.keys(slotwise)) if (name.endsWith('Error') && name !== 'SlotwiseError') assert.ok(rows.has(name), name);
  });

  it('names the codes of the error replies that prove that nothing ran, and no others', () => {
    const table = section(errorsPage, 'What a server refuses').matchAll(/^\| (`[^|]*) \|/gm);
    const named = [...table].flatMap(([, codes = '']) => [...codes.matchAll(/`([A-Z]+)`/g)].map(([, code = '']) => code));
    assert.deepEqual([...new Set(named)].sort(), [...new Set(REFUSALS.map(({ code }) => code))].sort());
  });

  it('names the right to each command of the handshake', () => {
    const rights = section(pages.find(({ name }) => name === 'docs/security.md')?.text ?? '', 'Access rights').replaceAll('\\|', '|');
    const config = { protocol: 3, credentials: { password: 'x' }, database: 1, clientName: 'x', readonly: true } as const;
    for (const { words } of [...handshakeSteps(config, 2), ...handshakeSteps(config, 3)]) {
      const [name = '', subcommand = ''] = words.map((word) => word.toLowerCase());
      // Every user may log in.
      if (name === 'auth') continue;
      assert.match(rights, new RegExp(`\\+${name === 'client' ? `client\\|${subcommand}` : name}[ \`]`), words.join(' '));
    }
  });

  it('names files, folders and npm scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    for (const { name, text } of pages) {
      for (const path of pathsIn(text)) assert.ok(existsSync(join(root, path)), `${path} in ${name}`);
      for (const script of scriptsIn(text)) assert.ok(script in scripts, `npm run ${script} in ${name}`);
    }
  });

  it('is read by a test that finds paths and scripts in code, and leaves the rest', () => {
    const text = [
      'Words about lib/no/file.ts, `lib/a.ts`, `lib/b`, `npx tsx examples/c.ts`, `test/unit/**`, `(test/types)`, `GET lib`, `chaos/`, `.ci/run`.',
      '[`docs/d.md`](d.md), `lib/<group>/e.ts`, `npm run types -- scripts/f.mjs`, `npm run test:unit`',
      '```sh\nnpm test -- test/unit/g.test.ts    # benchmarks/h.mjs\n```',
      "```ts\nimport 'lib/no.ts';\n```",
    ].join('\n');
    assert.deepEqual(pathsIn(text), [
      ...['lib/a.ts', 'lib/b', 'examples/c.ts', 'test/unit/', 'test/types', 'chaos/', '.ci/run', 'docs/d.md', 'lib/', 'scripts/f.mjs'],
      ...['test/unit/g.test.ts', 'benchmarks/h.mjs'],
    ]);
    assert.deepEqual(scriptsIn(text), ['types', 'test:unit']);
  });
});
