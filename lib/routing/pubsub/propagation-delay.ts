/**
 * Longest time, in ms, until a message that one node of a cluster accepted has been read by the others: over 10 ms were seen where both
 * have a new state of the cluster to save. A demoted primary still executes SPUBLISH and passes the message on, so that it may arrive after
 * the next one.
 */
export const PROPAGATION_MS = 50;
