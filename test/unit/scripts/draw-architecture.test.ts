import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  type Boxes,
  boxesOf,
  drawLayers,
  drawnPage,
  drawParts,
  PAGE_FILE,
  partsOf,
  reduced,
  withoutCycles,
  withPictures,
} from '../../../scripts/draw-architecture.js';

const boxes = (arrows: Readonly<Record<string, readonly string[]>>): Boxes =>
  new Map(Object.entries(arrows).map(([box, needs]) => [box, new Set(needs)]));

const files = (imports: Readonly<Record<string, readonly string[]>>): ReadonlyMap<string, readonly string[]> =>
  new Map(Object.entries(imports));

describe('docs/architecture.md', () => {
  it('has the pictures that the imports make', () => {
    assert.equal(readFileSync(PAGE_FILE, 'utf8'), drawnPage(), 'run npm run architecture');
  });
});

describe('the drawing of the architecture', () => {
  it('puts files into boxes and leaves out what has none', () => {
    const found = boxesOf(
      files({ 'a/x.ts': ['b/y.ts', 'a/z.ts', 'util/u.ts'], 'a/z.ts': [], 'b/y.ts': [], 'util/u.ts': ['b/y.ts'] }),
      (file) => (file.startsWith('util/') ? null : (file[0] ?? null)),
    );
    assert.deepEqual(found, boxes({ a: ['b'], b: [] }));
  });

  it('keeps only arrows that no chain stands for', () => {
    assert.deepEqual(reduced(boxes({ a: ['b', 'c', 'd'], b: ['c'], c: ['d'], d: [] })), boxes({ a: ['b'], b: ['c'], c: ['d'], d: [] }));
    assert.deepEqual(reduced(boxes({ a: ['b', 'c'], b: [], c: [] })), boxes({ a: ['b', 'c'], b: [], c: [] }));
  });

  it('makes one box of those that need each other', () => {
    assert.deepEqual(withoutCycles(boxes({ a: ['c'], b: ['c'], c: ['b', 'd'], d: [] })), boxes({ a: ['b, c'], 'b, c': ['d'], d: [] }));
  });

  it('tells the files above the subfolders from those below', () => {
    const graph = files({
      'client/client.ts': ['client/dispatch/loop.ts'],
      'client/dispatch/loop.ts': ['client/view.ts', 'pool/node.ts'],
      'client/view.ts': ['client/gap.ts'],
      'client/gap.ts': [],
      'pool/node.ts': [],
    });
    assert.deepEqual(
      partsOf('client', graph),
      boxes({ 'client/client.ts': ['client/dispatch/'], 'client/dispatch/': ['client/*.ts'], 'client/*.ts': [] }),
    );
    assert.match(drawParts(graph), /client_ts\["gap\.ts<br\/>view\.ts"\]/);
  });

  it('asks for the text of a new folder', () => {
    assert.throws(() => drawLayers(files({ 'news/a.ts': [] })), /has no text for news/);
  });

  it('replaces a picture between its markers, and refuses a page without them', () => {
    const page = 'before\n<!-- layers: made by a script -->\nold\n<!-- /layers -->\nafter\n';
    const drawn = 'before\n<!-- layers: made by a script -->\n\n```mermaid\nnew\n```\n\n<!-- /layers -->\nafter\n';
    assert.equal(withPictures(page, { layers: 'new' }), drawn);
    assert.equal(withPictures(drawn, { layers: 'new' }), drawn);
    assert.throws(() => withPictures(page, { parts: 'new' }), /no place for the picture parts/);
  });
});
