/**
 * The scripts of BullMQ 6 that may run twice, by name, with the reason. A script whose connection breaks before its reply may have run: these
 * are sent again, others reject. https://github.com/taskforcesh/bullmq/tree/master/src/commands
 *
 * - `reads`: it changes nothing.
 * - `same`: what it sets or removes is the same the second time.
 * - `guarded`: it looks first whether it may: for the lock of the job, or its state. The second time the server refuses it.
 * - `again`: BullMQ would call it again itself. A job that the first one took was given to nobody; it comes back when its lock has expired.
 *
 * What adds (`addStandardJob`, `addLog` …) is missing: run twice it would add twice. A job scheduler is named by the caller, and is replaced.
 */
const REASONS = {
  addJobScheduler: 'same',
  changeDelay: 'same',
  changePriority: 'same',
  drain: 'same',
  extendLock: 'guarded',
  extendLocks: 'guarded',
  getCounts: 'reads',
  getCountsPerPriority: 'reads',
  getDependencyCounts: 'reads',
  getJobScheduler: 'reads',
  getJobs: 'reads',
  getMetrics: 'reads',
  getRanges: 'reads',
  getRateLimitTtl: 'reads',
  getState: 'reads',
  getStateV2: 'reads',
  isFinished: 'reads',
  isJobInList: 'reads',
  isMaxed: 'reads',
  moveJobFromActiveToWait: 'guarded',
  moveJobsToWait: 'same',
  moveStalledJobsToWait: 'guarded',
  moveToActive: 'again',
  moveToDelayed: 'guarded',
  moveToFinished: 'guarded',
  moveToWaitingChildren: 'guarded',
  obliterate: 'same',
  paginate: 'reads',
  pause: 'same',
  promote: 'guarded',
  releaseLock: 'guarded',
  releaseParentIfNoPendingDependencies: 'guarded',
  removeChildDependency: 'guarded',
  removeDeduplicationKey: 'same',
  removeJob: 'same',
  removeJobScheduler: 'same',
  removeOrphanedJobs: 'same',
  removeUnprocessedChildren: 'same',
  reprocessJob: 'guarded',
  retryJob: 'guarded',
  saveStacktrace: 'same',
  updateData: 'same',
  updateJobScheduler: 'guarded',
  updateProgress: 'same',
} as const satisfies Readonly<Record<string, 'reads' | 'same' | 'guarded' | 'again'>>;

/** Whether a script may run twice, by the name that BullMQ gives it: `moveToActive:6.7.0`. */
export function mayRunTwice(name: string): boolean {
  const version = name.indexOf(':');
  return Object.hasOwn(REASONS, version === -1 ? name : name.slice(0, version));
}
