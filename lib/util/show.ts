/** A short, one-line picture of a value for error messages. Never throws: a user's value may have getters that do. */
export function show(value: unknown): string {
  try {
    return pictureOf(value);
  } catch {
    return 'a value that cannot be shown';
  }
}

function pictureOf(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'bigint') return `${value}n`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (typeof value === 'object' && value !== null) return `an object with keys ${Object.keys(value).slice(0, 5).join(', ') || '(none)'}`;
  return String(value);
}
