/** `2026-01-31T12:00:00.000Z`, of milliseconds since 1970. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** `12:00:00` where this machine is, of milliseconds since 1970. */
export function timeOfDay(ms: number): string {
  return new Date(ms).toTimeString().slice(0, 8);
}
