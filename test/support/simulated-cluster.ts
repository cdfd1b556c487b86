import type { Raw } from '../../lib/protocol/command-spec.js';

export interface SimulatedOptions {
  readonly nodes: number;
  /** Number of replicas of each primary. Default 1. */
  readonly replicas?: number;
  /** Every primary owns this many ranges; reshards leave many. Default 1. */
  readonly rangesEach?: number;
}

interface SimulatedNode {
  readonly id: string;
  readonly host: string;
  readonly port: number;
  readonly primary: number;
}

/** What the nodes of a large cluster would answer, as a real one words it. */
export class SimulatedCluster {
  readonly nodes: readonly SimulatedNode[];
  readonly primaries: number;
  readonly #ranges: readonly (readonly (readonly [number, number])[])[];

  constructor({ nodes, replicas = 1, rangesEach = 1 }: SimulatedOptions) {
    this.primaries = Math.ceil(nodes / (1 + replicas));
    this.nodes = Array.from({ length: nodes }, (_, index) => ({
      id: index.toString(16).padStart(40, '0'),
      host: `10.0.${index >> 8}.${index & 255}`,
      port: 6379,
      primary: index % this.primaries,
    }));
    const pieces = this.primaries * rangesEach;
    const bound = (piece: number): number => Math.floor((piece * 16_384) / pieces);
    this.#ranges = Array.from({ length: this.primaries }, (_, primary) =>
      Array.from({ length: rangesEach }, (_, at) => at * this.primaries + primary).map((piece) => [bound(piece), bound(piece + 1) - 1]),
    );
  }

  /** CLUSTER SHARDS as our parser gives it: maps are flat arrays. */
  shards(): Raw {
    return Array.from({ length: this.primaries }, (_, primary) => [
      'slots',
      (this.#ranges[primary] ?? []).flat(),
      'nodes',
      this.nodes.flatMap((node, index) =>
        node.primary !== primary
          ? []
          : [
              ['id', node.id, 'port', node.port, 'ip', node.host, 'endpoint', node.host, 'hostname', '']
                .concat(['role', index === primary ? 'master' : 'replica'])
                .concat(['replication-offset', 1_234_567_890, 'health', 'online']),
            ],
      ),
    ]);
  }

  /** CLUSTER NODES, asked of the node with this index. */
  text(asked: number): string {
    return this.nodes
      .map(({ id, host, port, primary }, index) => {
        const isPrimary = index === primary;
        const flags = `${index === asked ? 'myself,' : ''}${isPrimary ? 'master' : 'slave'}`;
        const ranges = isPrimary
          ? (this.#ranges[primary] ?? []).map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`))
          : [];
        const line = `${id} ${host}:${port}@${port + 10_000} ${flags} ${isPrimary ? '-' : this.nodes[primary]?.id} 0 1731405712000 ${primary + 1} connected`;
        return `${[line, ...ranges].join(' ')}\n`;
      })
      .join('');
  }
}
