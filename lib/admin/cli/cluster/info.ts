import { checkCluster } from '../../check/check-cluster.js';
import { ClusterAdmin } from '../../cluster-admin.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-code.js';
import { clusterJson, renderInfo } from '../render.js';

export const info: Command = {
  name: 'cluster info',
  usage: 'HOST:PORT',
  what: 'The shards with their nodes, slots and keys.',
  options: {},
  words: [1, 1],
  async run(context) {
    const admin = context.use(new ClusterAdmin(context.adminOptions(context.words)));
    const cluster = await admin.read();
    return { code: EXIT.ok, text: renderInfo(cluster), json: clusterJson(cluster, checkCluster(cluster)) };
  },
};
