import { checkCluster } from '../../check/check-cluster.js';
import { ClusterAdmin } from '../../cluster-admin.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-code.js';
import { clusterJson, renderInfo, renderProblems } from '../render.js';

export const check: Command = {
  name: 'cluster check',
  usage: 'HOST:PORT',
  what: 'Slots covered, agreed on, none open; every primary has a replica. Exit code 1 if not.',
  options: {},
  words: [1, 1],
  async run(context) {
    const admin = context.use(new ClusterAdmin(context.adminOptions(context.words)));
    const cluster = await admin.read();
    const problems = checkCluster(cluster);
    return {
      code: problems.some(({ severity }) => severity === 'error') ? EXIT.problems : EXIT.ok,
      text: `${renderInfo(cluster)}${renderProblems(problems)}`,
      json: clusterJson(cluster, problems),
    };
  },
};
