import { ClusterAdmin } from '../../cluster-admin.js';
import { hasErrors } from '../../health/problem.js';
import type { TopologyKind } from '../../health/server-kind.js';
import type { RingAdmin } from '../../ring/ring-admin.js';
import { ringProblems } from '../../ring/ring-report.js';
import type { TopologyAdmin } from '../../topology-report.js';
import { check as clusterCheck } from '../cluster/check.js';
import { info as clusterInfo } from '../cluster/info.js';
import type { Command, CommandResult } from '../command.js';
import { EXIT } from '../exit-code.js';
import { renderFindings, renderReport, reportJson } from '../render-report.js';
import { renderRing, ringJson } from '../ring/render-ring.js';
import { reachTarget, SENTINELS } from '../target-words.js';

const USAGE = 'URL, or HOST:PORT …, or FILE';
/** How many words name servers. */
const WORDS = [1, 100] as const;

/** A command that shows the servers of a topology; null: of any. */
export function infoCommand(name: string, meant: TopologyKind | null, what: string): Command {
  return {
    name,
    usage: USAGE,
    what,
    options: SENTINELS,
    words: WORDS,
    async run(context) {
      const { admin, clusterContext } = await reachTarget(context, context.words, meant);
      if (admin instanceof ClusterAdmin) return await clusterInfo.run(clusterContext);
      const report = await admin.report();
      return { code: EXIT.ok, text: renderReport(report), json: reportJson(report) };
    },
  };
}

/** A command that says what is wrong with the servers of a topology; null: of any. */
export function checkCommand(name: string, meant: TopologyKind | null, what: string): Command {
  return {
    name,
    usage: USAGE,
    what: `${what} Exit code 1 if there are errors.`,
    options: SENTINELS,
    words: WORDS,
    async run(context) {
      const { admin, keys, clusterContext } = await reachTarget(context, context.words, meant);
      if (admin instanceof ClusterAdmin) return await clusterCheck.run(clusterContext);
      if (keys !== null) return await checkedRing(admin, await keys());
      const report = await admin.report({ steady: true });
      return {
        code: hasErrors(report.problems) ? EXIT.problems : EXIT.ok,
        text: `${renderReport(report)}${renderFindings(report)}`,
        json: reportJson(report),
      };
    },
  };
}

/** What is wrong with the servers of a ring, and with where its keys are. */
async function checkedRing(admin: TopologyAdmin, ring: RingAdmin): Promise<CommandResult> {
  const [servers, keys] = await Promise.all([admin.report({ steady: true }), ring.check()]);
  const problems = ringProblems(servers, keys);
  return {
    code: hasErrors(problems) ? EXIT.problems : EXIT.ok,
    text: `${renderReport(servers)}\n${renderRing({ ...keys, problems })}`,
    json: { ...reportJson({ ...servers, problems }), members: ringJson(keys).members },
  };
}
