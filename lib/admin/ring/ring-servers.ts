import { SlotwiseError } from '../../errors.js';
import { loginOf } from '../../options/access.js';
import { addressKey } from '../../options/address.js';
import { type MemberTopology, seedsOf, type TopologyOptions } from '../../options/topology.js';
import { AdminError } from '../admin-error.js';
import type { ServerRow } from '../health/server-row.js';
import type { NodeClient } from '../node-connections.js';
import { clientOf, setReach } from '../reach.js';
import { ReplicationAdmin } from '../replication/replication-admin.js';
import { SentinelAdmin } from '../sentinel/sentinel-admin.js';
import type { ReportOptions, TopologyAdmin, TopologyReport } from '../topology-report.js';
import type { StoreAccess } from './key-store.js';
import { type MemberAnswer, ringReport } from './ring-rows.js';

/** One member with the administration of its servers. */
interface Part {
  readonly name: string;
  readonly topology: MemberTopology;
  readonly admin: TopologyAdmin;
}

/** How an admin begins to say that no server of a member answers, which is said of the member. */
const NOBODY = /^no server could be asked: /;

/** The servers of a ring: of every member those of its group, asked side by side. Of one group, its own. */
export class RingServers implements TopologyAdmin {
  readonly kind = 'ring';
  readonly #parts: readonly Part[];
  readonly #isRing: boolean;
  /** The members' administrations by the names of the Sentinels that they know. */
  readonly #bySentinel = new Map<string, TopologyAdmin>();

  /** Throws an `OptionsError` for options that no client takes. */
  constructor(topology: TopologyOptions, access: StoreAccess) {
    const { tls, ...login } = loginOf(topology.url ?? {});
    const own = { ...(tls === undefined ? {} : { tls }), ...(access.credentials === undefined ? login : {}), ...access };
    this.#isRing = topology.kind === 'ring';
    this.#parts = membersOf(topology).map((member) => ({ ...member, admin: adminOf(member.topology, own) }));
    setReach(this, (row) => this.#clientOf(row));
  }

  /** Rejects if no member can be asked. */
  async report(options: ReportOptions = {}): Promise<TopologyReport> {
    const [only] = this.#parts;
    if (!this.#isRing && only !== undefined) return await only.admin.report(options);
    const failures: SlotwiseError[] = [];
    const answers = await Promise.all(this.#parts.map((part) => this.#ask(part, options, failures)));
    if (failures.length === this.#parts.length) {
      const reasons = answers.map(({ name, found }) => ('problem' in found ? `${name}: ${found.problem}` : name));
      throw new AdminError(`no member could be asked: ${reasons.join('; ')}`, { reason: 'unreachable', cause: failures[0] });
    }
    return ringReport(answers);
  }

  close(): void {
    for (const { admin } of this.#parts) admin.close();
  }

  #clientOf(row: ServerRow): NodeClient {
    const ofMember = this.#parts.find(({ name }) => name === row.member) ?? this.#parts[0];
    const admin = this.#bySentinel.get(row.name) ?? ofMember?.admin;
    if (admin === undefined) throw new Error('a ring without members');
    return clientOf(admin, row);
  }

  async #ask({ name, topology, admin }: Part, options: ReportOptions, failures: SlotwiseError[]): Promise<MemberAnswer> {
    const answer = { name, kind: topology.kind, seeds: seedsOf(topology) };
    try {
      const found = await admin.report(options);
      for (const row of found.rows) if (row.role === 'sentinel' && row.reachable) this.#bySentinel.set(row.name, admin);
      return { ...answer, found };
    } catch (error) {
      if (!(error instanceof SlotwiseError)) throw error;
      failures.push(error);
      return { ...answer, found: { problem: error.message.replace(NOBODY, '') } };
    }
  }
}

function membersOf(topology: TopologyOptions): { readonly name: string; readonly topology: MemberTopology }[] {
  switch (topology.kind) {
    case 'ring':
      return [...topology.members];
    case 'single':
    case 'replication':
    case 'sentinel':
      return [{ name: '', topology }];
    default:
      return [];
  }
}

function adminOf(topology: MemberTopology, access: StoreAccess): TopologyAdmin {
  const nodes = seedsOf(topology).map(addressKey);
  return topology.kind === 'sentinel'
    ? new SentinelAdmin({ ...access, nodes, name: topology.name, sentinel: topology.access })
    : new ReplicationAdmin({ ...access, nodes });
}
