import { inOrder, type Problem } from '../health/problem.js';
import { checkSentinels } from './check-sentinels.js';
import { checkWatched } from './check-watched.js';
import type { SentinelGroupState } from './sentinel-group.js';

/** All that is wrong with a group: its sentinels, its data servers, and what the ones think of the others. Errors first. */
export function checkGroup(group: SentinelGroupState): Problem[] {
  return inOrder([...checkSentinels(group), ...checkWatched(group)]);
}
