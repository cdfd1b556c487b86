import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UsageError } from '../cli/usage-error.js';

/** A node of a syntax tree, as all versions of TypeScript have it: its parts are properties by TypeScript's names. */
export interface SyntaxNode {
  readonly kind: number;
  readonly end: number;
  getStart(source?: SyntaxNode): number;
  forEachChild(visit: (child: SyntaxNode) => void): void;
  readonly [part: string]: unknown;
}

/** A parsed file. */
export interface SyntaxTree {
  readonly root: SyntaxNode;
  readonly text: string;
}

/** The parser of the TypeScript that a program's own folder has. */
export interface SourceParser {
  /** Names of the kinds of nodes, by their numbers. */
  readonly kinds: Readonly<Record<number, string>>;
  parse(file: string, text: string): SyntaxTree;
  close(): void;
}

/** TypeScript up to 6: a library. */
interface Compiler {
  readonly version: string;
  readonly SyntaxKind: Readonly<Record<number, string>>;
  readonly ScriptTarget: { readonly Latest: number };
  createSourceFile?(file: string, text: string, target: number, setParents: boolean): SyntaxNode;
}

/** TypeScript from 7 on: a program of its own, which is asked. */
interface CompilerProcess {
  updateSnapshot(changes: { openFiles: readonly string[] }): {
    getDefaultProjectForFile(file: string): { readonly program: { getSourceFile(file: string): SyntaxNode | undefined } } | undefined;
  };
  close(): void;
}

/** Opens the parser of the TypeScript that is installed for `folder`. Throws a `UsageError` where there is none. */
export async function openParser(folder: string): Promise<SourceParser> {
  const from = createRequire(pathToFileURL(resolve(folder, 'any.js')));
  const found = (name: string): string | null => {
    try {
      return from.resolve(name);
    } catch {
      return null;
    }
  };
  const library = found('typescript');
  if (library === null)
    throw new UsageError(`TypeScript's parser reads the sources, and ${folder} has none: npm install --save-dev typescript`);
  const compiler = from(library) as Compiler; // as its declarations say
  if (compiler.createSourceFile !== undefined) return inProcess(compiler);
  const [api, ast] = [found('typescript/unstable/sync'), found('typescript/unstable/ast')];
  if (api === null || ast === null)
    throw new UsageError(`TypeScript ${compiler.version} has no parser that programs can call: versions 5 to 7 have`);
  const { API } = (await import(pathToFileURL(api).href)) as { API: new (options: { cwd: string }) => CompilerProcess }; // as its declarations say
  const { SyntaxKind } = (await import(pathToFileURL(ast).href)) as { SyntaxKind: Readonly<Record<number, string>> };
  return asked(new API({ cwd: folder }), SyntaxKind);
}

function inProcess({ createSourceFile, ScriptTarget, SyntaxKind }: Compiler): SourceParser {
  return {
    kinds: SyntaxKind,
    parse: (file, text) => ({ root: createSourceFile?.(file, text, ScriptTarget.Latest, true) as SyntaxNode, text }), // as `openParser` has checked
    close: () => undefined,
  };
}

function asked(api: CompilerProcess, kinds: SourceParser['kinds']): SourceParser {
  return {
    kinds,
    parse(file, text) {
      const root = api
        .updateSnapshot({ openFiles: [file] })
        .getDefaultProjectForFile(file)
        ?.program.getSourceFile(file);
      if (root === undefined) throw new UsageError(`TypeScript cannot read ${file}`);
      return { root, text };
    },
    close: () => api.close(),
  };
}
