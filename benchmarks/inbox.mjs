const LENGTH = 100;

/** The n-th message: 100 bytes that no other has. */
export const messageOf = (n) => String(n).padEnd(LENGTH, '-');

/** Takes the messages from the `first` on. Each is looked at: one that is missing, comes twice, too early or damaged fails the row. */
export function inboxFrom(first) {
  let next = first;
  let last = Number.POSITIVE_INFINITY;
  let wrong;
  let startedAt = 0;
  let finish = () => {};
  const cpuBefore = process.cpuUsage();
  return {
    take: (message) => {
      if (next === first) startedAt = performance.now();
      const number = Number.parseInt(message, 10);
      if (message.length !== LENGTH || number !== next) wrong ??= `${message.slice(0, 20)} came in place of ${next}`;
      next = number + 1;
      if (next === last) finish();
    },
    /** Resolves when `count` have come, with what that took since the first of them, and the CPU since the inbox was made. */
    until: (count) =>
      new Promise((resolve, reject) => {
        last = first + count;
        finish = () => {
          const elapsedMs = performance.now() - startedAt;
          const { user, system } = process.cpuUsage(cpuBefore);
          if (wrong) reject(new Error(wrong));
          else resolve({ perSecond: (count / elapsedMs) * 1000, cpuMicros: (user + system) / count });
        };
        if (next >= last) finish();
      }),
  };
}
