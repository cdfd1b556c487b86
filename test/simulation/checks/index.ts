import { piped, replicated, watched } from './batches.js';
import { connects, errorEvents, holdings, probes, queues } from './bounds.js';
import type { Check, Evidence, Finding } from './check.js';
import { errorTexts } from './error-texts.js';
import { executions } from './executions.js';
import { histories } from './histories.js';
import { Ledger } from './ledger.js';
import { ends, names } from './lives.js';
import { order } from './order.js';
import { places } from './places.js';
import { pops } from './pops.js';
import { sessions, staleness } from './read-promises.js';
import { readValues, writeReplies } from './replies.js';
import { scans } from './scans.js';
import { closing, leftovers, recovery, settling } from './settling.js';
import { stalePrimary } from './stale-primary.js';
import { deliveries, gaps } from './subscribers.js';

/** All that must never happen. */
export const checks: readonly Check[] = [
  ...[settling, leftovers, recovery, closing, ends],
  ...[executions, readValues, writeReplies, scans, errorTexts, names],
  ...[histories, places, order, sessions, staleness, watched, piped, replicated],
  stalePrimary,
  ...[deliveries, gaps, pops],
  ...[connects, probes, queues, holdings, errorEvents],
];

/** Findings of one check that are told of a seed: the others have mostly the same cause. */
const MOST_FINDINGS = 10;

/** What has happened in a seed and never must: by time, each once. */
export function judge(evidence: Evidence): (Finding & { readonly check: string })[] {
  const ledger = new Ledger(evidence);
  const found = checks.flatMap((check) => {
    const byText = new Map(check.find(evidence, ledger).map((finding) => [finding.text, finding]));
    return [...byText.values()]
      .sort((a, b) => a.at - b.at)
      .slice(0, MOST_FINDINGS)
      .map((finding) => ({ ...finding, check: check.name }));
  });
  return found.sort((a, b) => a.at - b.at);
}
