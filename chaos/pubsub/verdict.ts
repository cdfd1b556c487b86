import type { Check } from '../verdict.js';
import type { PubsubLedger } from './ledger.js';

/** Longest time from the servers' comeback to the next message, in ms. */
const BACK_MS = 250;

/** What a fault may cost. */
export function pubsubChecksOf(ledger: PubsubLedger, backMs = BACK_MS): Check[] {
  return [
    { what: 'messages missing that no gap tells of', measured: ledger.hidden - ledger.hiddenByServers, atMost: 0 },
    { what: 'messages delivered twice', measured: ledger.twice, atMost: 0 },
    { what: 'messages out of order', measured: ledger.disordered, atMost: 0 },
    ...ledger.backMs.map((measured) => ({ what: 'messages come again after the servers serve (ms)', measured, atMost: backMs })),
  ];
}
