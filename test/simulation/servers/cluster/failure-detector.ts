import type { ClusterCore } from './core.js';
import type { KnownNode } from './known-node.js';

/** A word of a primary about another node counts for this many node timeouts. */
const REPORT_TIMEOUTS = 2;
/** A primary with slots that answers again counts as well after this many node timeouts. */
const UNDO_TIMEOUTS = 2;

/**
 * Who answers and who does not. A node that does not answer this server is suspected; one that most primaries suspect has failed.
 * https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#failure-detection
 */
export class FailureDetector {
  constructor(private readonly core: ClusterCore) {}

  /** Returns whether something has changed. */
  check(node: KnownNode): boolean {
    const { now } = this.core.host;
    if (node.pingSentAt === null || node.isSuspect || node.isFailed) return false;
    if (now - Math.max(node.pingSentAt, node.heardAt) <= this.core.settings.nodeTimeoutMs) return false;
    node.isSuspect = true;
    this.#maybeFail(node);
    return true;
  }

  /** A primary says how it finds another node. */
  reported(by: KnownNode, about: KnownNode, isFailing: boolean): void {
    if (!by.isPrimary || about === this.core.table.myself) return;
    if (!isFailing) {
      about.reports.delete(by);
      return;
    }
    about.reports.set(by, this.core.host.now);
    this.#maybeFail(about);
  }

  /** https://github.com/redis/redis/blob/7.0/src/cluster.c (`markNodeAsFailingIfNeeded`) */
  #maybeFail(node: KnownNode): void {
    const { core } = this;
    const { table, host, settings } = core;
    if (!node.isSuspect || node.isFailed) return;
    const oldest = host.now - REPORT_TIMEOUTS * settings.nodeTimeoutMs;
    for (const [by, at] of node.reports) if (at < oldest) node.reports.delete(by);
    const votes = node.reports.size + (table.myself.isPrimary ? 1 : 0);
    if (votes < table.quorum) return;
    this.failed(node);
    core.broadcast({ kind: 'fail', header: core.header(), about: node.ordinal });
  }

  failed(node: KnownNode): void {
    if (node.isFailed || node === this.core.table.myself) return;
    node.isFailed = true;
    node.isSuspect = false;
    node.failedAt = this.core.host.now;
    this.core.updateState();
  }

  /** It has answered. https://github.com/redis/redis/blob/7.0/src/cluster.c (`clearNodeFailureIfNeeded`) */
  answered(node: KnownNode): void {
    const { host, settings } = this.core;
    if (node.isSuspect) {
      node.isSuspect = false;
      this.core.updateState();
    } else if (node.isFailed) {
      const isOld = host.now - node.failedAt > UNDO_TIMEOUTS * settings.nodeTimeoutMs;
      if (node.isPrimary && node.slotCount > 0 && !isOld) return;
      node.isFailed = false;
      this.core.updateState();
    }
  }
}
