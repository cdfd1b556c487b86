const compiled = new Map<string, RegExp>();

/** Patterns of KEYS, SCAN and PSUBSCRIBE. https://github.com/redis/redis/blob/7.2/src/util.c (`stringmatchlen`) */
export function globMatches(pattern: string, text: string): boolean {
  let expression = compiled.get(pattern);
  if (expression === undefined) {
    expression = new RegExp(`^${sourceOf(pattern)}$`, 's');
    compiled.set(pattern, expression);
  }
  return expression.test(text);
}

function sourceOf(pattern: string): string {
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at] ?? '';
    if (char === '*') source += '.*';
    else if (char === '?') source += '.';
    else if (char === '\\' && at + 1 < pattern.length) source += escaped(pattern[++at] ?? '');
    else if (char === '[') {
      const end = pattern.indexOf(']', at + 2);
      const inside = pattern.slice(at + 1, end < 0 ? pattern.length : end);
      source += inside === '' ? '(?!)' : `[${inside.replace(/[\]\\[]/g, '\\$&')}]`;
      at = end < 0 ? pattern.length : end;
    } else source += escaped(char);
  }
  return source;
}

function escaped(char: string): string {
  return char.replace(/[$()*+.?[\\\]^{|}/-]/g, '\\$&');
}
