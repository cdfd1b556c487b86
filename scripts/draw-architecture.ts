// Draws the folders of lib and their imports into docs/architecture.md, as Mermaid:
//
//   npm run architecture
import { readFileSync, writeFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ImportGraph, readImportGraph } from './import-graph.js';

export const PAGE_FILE = new URL('../docs/architecture.md', import.meta.url);

/** What stands in the boxes of the first picture, by folder or file of `lib/`. */
const LAYERS: Readonly<Record<string, string>> = {
  'index.ts': 'what the package exports',
  admin: 'administration of servers: checks, plans, runs, command line',
  entries: "shapes of other clients: BullMQ's adapter, ioredis, node-redis",
  api: 'what a program holds: client, pipeline, lease, subscription',
  client: 'one client: dispatcher, nodes, subscriptions, leases, scans',
  routing: 'where a command goes: router, selection, retry rules',
  topology: 'which servers there are: snapshot, monitor, resolvers',
  pool: 'everything open to one address',
  connection: 'one socket',
  commands: 'the typed commands, a file a group',
  options: 'checked once, frozen',
  placement: 'where a ring has its keys',
  protocol: 'RESP, the call, the facts of every command',
};

/** What every folder may import is not drawn. */
const EVERYWHERE: readonly string[] = ['errors.ts', 'diagnostics.ts', 'version.ts', 'util', 'runtime'];

/** Folders whose parts the second picture shows. */
const DIVIDED: readonly string[] = ['client', 'routing', 'topology', 'protocol', 'admin', 'entries'];

/** So many other files of a folder are named; more are counted as one box without names. */
const FEW = 4;

/** Boxes, each with the boxes it needs. */
export type Boxes = ReadonlyMap<string, ReadonlySet<string>>;

/** Files put together by `boxOf`; files without a box are left out. */
export function boxesOf(files: ImportGraph, boxOf: (file: string) => string | null): Boxes {
  const boxes = new Map<string, Set<string>>();
  for (const [file, imports] of files) {
    const from = boxOf(file);
    if (from === null) continue;
    const needs = boxes.get(from) ?? new Set();
    boxes.set(from, needs);
    for (const to of imports.map(boxOf)) if (to !== null && to !== from) needs.add(to);
  }
  return boxes;
}

/** Everything that can be reached from a box, itself only by a cycle. */
function reachableFrom(start: string, boxes: Boxes): Set<string> {
  const reached = new Set(boxes.get(start));
  for (const box of reached) for (const next of boxes.get(box) ?? []) reached.add(next);
  return reached;
}

/** Boxes that need each other become one, named by its parts. */
export function withoutCycles(boxes: Boxes): Boxes {
  const nameOf = new Map(
    [...boxes.keys()].map((box) => {
      const needed = reachableFrom(box, boxes);
      const circle = [...needed].filter((other) => reachableFrom(other, boxes).has(box));
      return [box, circle.length === 0 ? box : circle.sort().join(', ')] as const;
    }),
  );
  const merged = new Map<string, Set<string>>();
  for (const [box, needs] of boxes) {
    const name = nameOf.get(box) ?? box;
    const all = merged.get(name) ?? new Set();
    merged.set(name, all);
    for (const other of needs) if (nameOf.get(other) !== name) all.add(nameOf.get(other) ?? other);
  }
  return merged;
}

/** Only the arrows that no chain of other arrows stands for: the transitive reduction of boxes without cycles. */
export function reduced(boxes: Boxes): Boxes {
  return new Map(
    [...boxes].map(([box, needs]) => {
      const implied = new Set([...needs].flatMap((other) => [...reachableFrom(other, boxes)]));
      return [box, new Set([...needs].filter((other) => !implied.has(other)))];
    }),
  );
}

/** Boxes that need more stand first. */
function inOrder(boxes: Boxes): string[] {
  return [...boxes.keys()].sort((a, b) => reachableFrom(b, boxes).size - reachableFrom(a, boxes).size || (a < b ? -1 : 1));
}

const idOf = (box: string): string => box.replaceAll(/\W+/g, '_');

function arrows(boxes: Boxes, indent: string): string[] {
  return inOrder(boxes).flatMap((box) => [...(boxes.get(box) ?? [])].sort().map((other) => `${indent}${idOf(box)} --> ${idOf(other)}`));
}

/** The folder or file of `lib/` that a file belongs to. */
function layerOf(file: string): string | null {
  const [layer = file] = file.split('/');
  return EVERYWHERE.includes(layer) ? null : layer;
}

/** The layers of the library, from above to below. */
export function drawLayers(files: ImportGraph): string {
  const boxes = reduced(withoutCycles(boxesOf(files, layerOf)));
  const lines = inOrder(boxes).map((box) => {
    const text = LAYERS[box];
    if (text === undefined) throw new Error(`scripts/draw-architecture.ts has no text for ${box}`);
    return `  ${idOf(box)}["<b>${box.endsWith('.ts') ? box : `${box}/`}</b><br/>${text}"]`;
  });
  return ['flowchart TD', ...lines, ...arrows(boxes, '  ')].join('\n');
}

/** The parts of one folder: its subfolders, each of its own files that needs a subfolder, and its other files as one box. */
export function partsOf(folder: string, files: ImportGraph): Boxes {
  const inside = new Map([...files].filter(([file]) => file.startsWith(`${folder}/`)));
  const isOwn = (file: string): boolean => posix.dirname(file) === folder;
  const own = boxesOf(inside, (file) => (file.startsWith(`${folder}/`) ? file : null));
  const partOf = (file: string): string | null => {
    if (!file.startsWith(`${folder}/`)) return null;
    if (!isOwn(file)) return `${file.split('/').slice(0, 2).join('/')}/`;
    return [...reachableFrom(file, own)].some((other) => !isOwn(other)) ? file : `${folder}/*.ts`;
  };
  return reduced(withoutCycles(boxesOf(inside, partOf)));
}

/** Names the other files of a folder where they are few. */
function labelOf(box: string, folder: string, boxes: Boxes, files: ImportGraph): string {
  if (box !== `${folder}/*.ts`) return box.replaceAll(`${folder}/`, '');
  const shown = new Set([...boxes.keys()].flatMap((name) => name.split(', ')));
  const others = [...files.keys()].filter((file) => posix.dirname(file) === folder && !shown.has(file)).sort();
  return others.length > FEW ? 'its other files' : others.map((file) => posix.basename(file)).join('<br/>');
}

/** The parts of the divided folders, side by side. */
export function drawParts(files: ImportGraph): string {
  const groups = DIVIDED.map((folder) => {
    const boxes = partsOf(folder, files);
    return [
      `  subgraph ${folder}["${folder}/"]`,
      ...inOrder(boxes).map((box) => `    ${idOf(box)}["${labelOf(box, folder, boxes, files)}"]`),
      ...arrows(boxes, '    '),
      '  end',
    ].join('\n');
  });
  return ['flowchart TD', ...groups].join('\n');
}

/** The page with its pictures drawn anew, each between `<!-- NAME: …-->` and `<!-- /NAME -->`. */
export function withPictures(page: string, pictures: Readonly<Record<string, string>>): string {
  return Object.entries(pictures).reduce((text, [name, picture]) => {
    const block = new RegExp(`(<!-- ${name}: [^>]*-->\\n)[\\s\\S]*?(<!-- /${name} -->)`);
    if (!block.test(text)) throw new Error(`the page has no place for the picture ${name}`);
    return text.replace(block, (_, begin: string, end: string) => `${begin}\n\`\`\`mermaid\n${picture}\n\`\`\`\n\n${end}`);
  }, page);
}

/** What docs/architecture.md should be. */
export function drawnPage(): string {
  const files = readImportGraph();
  return withPictures(readFileSync(PAGE_FILE, 'utf8'), { layers: drawLayers(files), parts: drawParts(files) });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(PAGE_FILE, drawnPage());
