import { ClusterAdmin } from '../../cluster-admin.js';
import { hasErrors } from '../../health/problem.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-code.js';
import { clusterJson, renderInfo, renderProblems } from '../render.js';

export const check: Command = {
  name: 'cluster check',
  usage: 'HOST:PORT',
  what: 'What is wrong: slots, replication, memory, disks, hosts, settings. Exit code 1 for errors.',
  options: {},
  words: [1, 1],
  async run(context) {
    const admin = context.use(new ClusterAdmin(context.adminOptions(context.words)));
    const { cluster, problems } = await admin.examine();
    return {
      code: hasErrors(problems) ? EXIT.problems : EXIT.ok,
      text: `${renderInfo(cluster)}${renderProblems(problems, cluster)}`,
      json: clusterJson(cluster, problems),
    };
  },
};
