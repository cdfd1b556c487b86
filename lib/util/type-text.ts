/** What a value is, without what is in it: for values that are secrets or may have one in them, given by mistake or not. */
export function typeText(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (typeof value === 'string') return value === '' ? 'an empty text' : 'text';
  if (typeof value !== 'object') return `a ${typeof value}`;
  const tag = tagOf(value);
  if (tag === 'Array') return 'a list';
  return tag === 'Object' ? 'an object' : `${/^[AEIO]/.test(tag) ? 'an' : 'a'} ${tag}`;
}

/** `Object`, `Map`, `Date` …; the object may be one that throws where it is looked at. */
function tagOf(value: object): string {
  try {
    return Object.prototype.toString.call(value).slice('[object '.length, -1);
  } catch {
    return 'Object';
  }
}
