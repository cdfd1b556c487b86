import { withoutText } from './source-scan.js';

/** Modules of Node that a file may import which is not of `lib/runtime`: they have no clock, timer, socket, resolver or chance. */
const MODULES: readonly string[] = [
  ...['node:buffer', 'node:crypto', 'node:diagnostics_channel', 'node:events', 'node:fs', 'node:module', 'node:path', 'node:readline'],
  ...['node:stream', 'node:url'],
];

/** Global names that lead outside, unless they are imported from `lib/runtime/runtime.ts`. */
const GLOBALS: readonly string[] = [
  ...['Date', 'performance', 'crypto', 'fetch', 'WebSocket', 'EventSource', 'Worker', 'MessageChannel', 'globalThis', 'global'],
  ...['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'clearImmediate', 'queueMicrotask'],
  ...['nextTick', 'hrtime'],
];

const GLOBAL = new RegExp(`(?<![.#\\w$])(?:${GLOBALS.join('|')})\\b`, 'g');

/** Ways to the outside that a name before or behind a dot shows. */
const MEMBERS: readonly RegExp[] = [
  // Math save by the name of a member.
  /\bMath\b(?!\.(?!random\b)\w)/g,
  /\bprocess\??\.(?:nextTick|hrtime|uptime|binding)\b/g,
  /\b(?:process|AbortSignal)(?:\?\.)?\[/g,
  /\bAbortSignal\.timeout\b/g,
  // Chance of `node:crypto`.
  /\b(?:random(?:Bytes|UUID|Int|Fill|FillSync)|generateKey\w*|getRandomValues|webcrypto)\b/g,
  // A module whose name is not written out.
  /(?<![#.\w])(?:import|require)\((?!\s*\))|\bgetBuiltinModule\b(?!\(\s*\))/g,
];

const MODULE = /(?<![.#\w])(?:from|import|require|(?:process\.)?getBuiltinModule)\b\s*\(?\s*(['"`])([^'"`]*)\1/g;
const RUNTIME = /\bimport\s*\{([^}]*)\}\s*from\s*['"][^'"]*\/runtime\/runtime\.js['"]/g;

/** What a file takes from outside by itself, in the order of the rules above. */
export function outsideNames(source: string): string[] {
  const code = withoutText(source);
  const isCode = ({ index }: { readonly index: number }): boolean => code[index] === source[index];
  const imported = [...source.matchAll(RUNTIME)].filter(isCode).flatMap(([, names = '']) => names.split(',').map(localName));
  const withoutImports = code.replace(/^import\b[^;]*;/gm, '');
  const modules = [...source.matchAll(MODULE)].filter(isCode).map(([, , name = '']) => name);
  return [
    ...modules.filter((name) => !name.startsWith('.') && name !== 'debug' && name !== 'denque' && !MODULES.includes(name)),
    ...(withoutImports.match(GLOBAL) ?? []).filter((name) => !imported.includes(name)),
    ...MEMBERS.flatMap((pattern) => withoutImports.match(pattern) ?? []),
  ];
}

/** The name in this file: `b` of `type a as b`. */
function localName(specifier: string): string {
  return /\w+\s*$/.exec(specifier)?.[0].trim() ?? '';
}
