const blank = (text: string): string => text.replace(/[^\n]/g, ' ');

/** The source with comments, regular expressions and strings replaced by spaces, save the code in templates: lines and columns stay. */
export function withoutText(source: string): string {
  // A regular expression follows an operator or a word such as return; elsewhere a slash divides.
  const pattern =
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\[\s\S]|[^'\\\n])*'|"(?:\\[\s\S]|[^"\\\n])*"|`(?:\\[\s\S]|\$\{(?:[^{}`]|\{[^{}]*\}|`[^`]*`)*\}|[^`\\])*`|(?<=(?:[=(,:;!&|?{}[+~]|\breturn|\bcase|=>)\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/g;
  return source.replace(pattern, (text) => (text.startsWith('`') ? withoutWords(text) : blank(text)));
}

/** A template without its words. */
function withoutWords(template: string): string {
  const parts = /\\[\s\S]|\$\{((?:[^{}`]|\{[^{}]*\}|`[^`]*`)*)\}|[\s\S]/g;
  return template.replace(parts, (part, code?: string) => (code === undefined ? blank(part) : `  ${withoutText(code)} `));
}

/** The classes of a file with their numbers of lines. */
export function classesOf(source: string): { readonly name: string; readonly lines: number }[] {
  const text = withoutText(source);
  return [...text.matchAll(/\bclass (\w+)[^{;]*\{/g)].map((match) => {
    const open = match.index + match[0].length - 1;
    const body = text.slice(match.index, endOf(text, open));
    return { name: match[1] ?? '', lines: body.split('\n').length };
  });
}

/** The functions, methods and constructors of a file with their numbers of parameters, `this` aside. */
export function functionsOf(source: string): { readonly name: string; readonly parameters: number }[] {
  const text = withoutText(source);
  return [...text.matchAll(/([#\w]*)\s*(?:<[^()<>]*>)?\(/g)].flatMap((match) => {
    const [, name = ''] = match;
    const open = match.index + match[0].length - 1;
    const close = endOf(text, open);
    if (['if', 'for', 'while', 'switch', 'catch', 'return', 'await'].includes(name) || !isDeclaration(text, close)) return [];
    return [
      {
        name: name === 'function' || name === '' ? 'an anonymous function' : name,
        parameters: parametersIn(text.slice(open + 1, close - 1)),
      },
    ];
  });
}

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}', '<': '>' };

/** Index after the bracket that closes the one at `open`. */
function endOf(text: string, open: number): number {
  const closing = CLOSING[text[open] ?? ''] ?? '';
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === text[open]) depth++;
    // The head of an arrow closes nothing.
    else if (text[at] === closing && !(closing === '>' && text[at - 1] === '=') && --depth === 0) return at + 1;
  }
  return text.length;
}

/** Whether a body follows the parentheses that end before `at`, a return type in between. */
function isDeclaration(text: string, at: number): boolean {
  const next = /\s*(=>|\{|:)?/y;
  next.lastIndex = at;
  const mark = next.exec(text)?.[1];
  if (mark !== ':') return mark !== undefined;
  let hasType = false;
  for (let index = next.lastIndex; index < text.length; ) {
    const char = text[index] ?? '';
    if (text.startsWith('=>', index)) return true;
    if (char === '{' && hasType) return true;
    if (';,)]}='.includes(char)) return false;
    if (/\s/.test(char)) index++;
    else if (CLOSING[char] !== undefined) {
      index = endOf(text, index);
      hasType = true;
    } else {
      // After an operator, and after such a word, more of the type follows.
      const word = /[\w.$]+|./y;
      word.lastIndex = index;
      const [token = ''] = word.exec(text) ?? [];
      hasType = !['|', '&', 'readonly', 'keyof', 'typeof', 'is', 'asserts', 'infer', 'unique'].includes(token);
      index += token.length;
    }
  }
  return false;
}

function parametersIn(list: string): number {
  let count = 0;
  let start = 0;
  const take = (end: number): void => {
    const parameter = list.slice(start, end).trim();
    if (parameter !== '' && !/^this\b/.test(parameter)) count++;
    start = end + 1;
  };
  for (let at = 0; at < list.length; at++) {
    const char = list[at] ?? '';
    if (char === ',') take(at);
    else if (CLOSING[char] !== undefined && !(char === '<' && list[at + 1] === ' ')) at = endOf(list, at) - 1;
  }
  take(list.length);
  return count;
}
