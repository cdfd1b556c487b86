import { infoFields } from './ask.js';
import type { Reply } from './resp.js';
import type { Server } from './server.js';

export type SlotRange = readonly [first: number, last: number];

export interface ShardView {
  readonly primary: Server;
  /** Replicas that run. */
  readonly replicas: readonly Server[];
  readonly slots: readonly SlotRange[];
}

/** A line of CLUSTER NODES, https://redis.io/docs/latest/commands/cluster-nodes/ */
export interface Member {
  readonly id: string;
  readonly flags: readonly string[];
  readonly primaryId: string | null;
  readonly epoch: number;
  readonly slots: readonly SlotRange[];
}

/** The port by which nodes of a cluster address each other: that of TLS where the cluster uses it. */
export function clusterPort(server: Server): number {
  return server.tlsPort ?? server.port;
}

export function parseNodes(text: string): Member[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [id = '', , flags = '', primary = '-', , , epoch = '0', , ...slots] = line.split(' ');
      return {
        id,
        flags: flags.split(','),
        primaryId: primary === '-' ? null : primary,
        epoch: Number(epoch),
        // `[slot->-node]` marks a slot on the move, which its owner lists as its own besides.
        slots: slots.filter((slot) => !slot.startsWith('[')).map(parseRange),
      };
    });
}

function parseRange(text: string): SlotRange {
  const [first = 0, last = first] = text.split('-').map(Number);
  return [first, last];
}

/** All members as all servers see them. */
export async function membersOf(servers: readonly Server[]): Promise<Member[]> {
  const texts = await Promise.all(servers.map((server) => server.ask('CLUSTER', 'NODES')));
  return texts.flatMap((text) => parseNodes(String(text)));
}

/** What each running server says of itself. */
export async function viewOf(servers: readonly Server[]): Promise<ShardView[]> {
  const selves = await Promise.all(
    servers.map(async (server) => {
      if (server.state !== 'running') return null;
      try {
        const me = parseNodes(String(await server.ask('CLUSTER', 'NODES'))).find(({ flags }) => flags.includes('myself'));
        return me === undefined ? null : { server, me };
      } catch {
        return null;
      }
    }),
  );
  const known = selves.filter((self) => self !== null);
  const primaries = known.filter(({ me }) => me.flags.includes('master') && me.slots.length > 0);
  // Two primaries of one shard exist for a moment after a failover: the newer one counts.
  const newest = primaries.filter(({ me }) => !primaries.some((other) => other.me.epoch > me.epoch && overlaps(other.me, me)));
  return newest.map(({ server, me }) => ({
    primary: server,
    replicas: known.filter((other) => other.me.primaryId === me.id).map((other) => other.server),
    slots: me.slots,
  }));
}

function overlaps(a: Member, b: Member): boolean {
  return a.slots.some(([first, last]) => b.slots.some((range) => first <= range[1] && range[0] <= last));
}

/** Whether every server says that the cluster is ok, and all give the same CLUSTER SLOTS with at least `replicas` replicas a range. */
export async function agreedView(servers: readonly Server[], replicas: number): Promise<boolean> {
  const views = await Promise.all(
    servers.map(async (server) => {
      using connection = await server.connect();
      const [info, slots] = await Promise.all([connection.ask('CLUSTER', 'INFO'), connection.ask('CLUSTER', 'SLOTS')]);
      return { ok: infoFields(info).cluster_state === 'ok', ranges: (slots as Reply[][]).map(describeRange).sort() };
    }),
  );
  const [first] = views;
  return views.every(
    ({ ok, ranges }) =>
      ok && ranges.length > 0 && ranges.every((range) => range.split(' ').length >= 2 + replicas) && `${ranges}` === `${first?.ranges}`,
  );
}

/** `0-5460 <primary id> <replica id> …` of an entry of CLUSTER SLOTS. */
function describeRange([first, last, primary, ...replicas]: readonly Reply[]): string {
  const id = (node: Reply | undefined): string => String((node as Reply[])[2]);
  return [`${first}-${last}`, id(primary), ...replicas.map(id).sort()].join(' ');
}
