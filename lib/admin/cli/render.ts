import { printable } from '../../util/printable.js';
import { contextOf } from '../check/check-servers.js';
import { soundText } from '../check/sound-text.js';
import { hasErrors, type Problem } from '../health/problem.js';
import { serverJson } from '../health/server-json.js';
import { describeStep, type Plan, type PlanStep } from '../plans/steps.js';
import { count, slotsText } from '../slot-list.js';
import { type AdminNode, type ClusterState, primariesOf, replicasOf } from '../state/cluster-state.js';
import { withSlotRanges } from './json.js';
import { padEndTo, padStartTo, widthOf } from './text-width.js';

/** One line of text, whatever servers have put into it. */
export function line(text: string): string {
  return `${printable(text)}\n`;
}

/** Columns side by side, numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const texts = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en-US') : printable(cell))));
  const widths = head.map((title, column) => Math.max(widthOf(title), ...texts.map((row) => widthOf(row[column] ?? ''))));
  const isNumber = head.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'));
  const joined = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (isNumber[column] === true ? padStartTo(cell, widths[column] ?? 0) : padEndTo(cell, widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return [joined(head), ...texts.map(joined)].join('\n');
}

/** The shards in order of their slots, replicas under their primary. */
export function nodesInOrder(cluster: ClusterState): AdminNode[] {
  const primaries = primariesOf(cluster);
  const nodes = primaries.flatMap((primary) => [primary, ...replicasOf(cluster, primary.id).sort((a, b) => (a.name < b.name ? -1 : 1))]);
  return [...nodes, ...[...cluster.nodes.values()].filter((node) => !nodes.includes(node))];
}

export function renderInfo(cluster: ClusterState): string {
  const rows = nodesInOrder(cluster).map((node) => [
    node.role === 'primary' ? node.name : `  ${node.name}`,
    node.id.slice(0, 8),
    node.reachable ? node.role : `${node.role}, down`,
    node.slots.length,
    node.reachable && !node.keysKnown ? '?' : node.keys,
    slotsText(node.slots, 3),
  ]);
  const primaries = primariesOf(cluster);
  const keys = primaries.reduce((sum, node) => sum + node.keys, 0);
  const covered = new Set(primaries.flatMap(({ slots }) => slots)).size;
  const unknown = primaries.some(({ keysKnown }) => !keysKnown);
  const summary = `${count(cluster.nodes.size, 'node')}, ${count(covered, 'slot')} covered${unknown ? '' : `, ${count(keys, 'key')}`}`;
  return `${table(['node', 'id', 'role', 'slots', 'keys', 'ranges'], rows)}\n${summary}\n`;
}

export function renderProblems(problems: readonly Problem[], cluster: ClusterState): string {
  const sound = soundText(problems, tellsLinks(cluster));
  return [...problems.map(({ severity, text }) => line(`${severity}: ${text}`)), ...(sound === null ? [] : [line(`ok: ${sound}`)])].join(
    '',
  );
}

/** Every replica that answers says how its link is. */
function tellsLinks({ nodes }: ClusterState): boolean {
  return [...nodes.values()].every(({ role, reachable, facts }) => role === 'primary' || !reachable || facts?.info.has('role') === true);
}

/** A plan as it is shown: `steps` false leaves them out, for a run that shows each of them when it begins. */
export function renderPlan({ title, steps, notes }: Plan, { steps: hasSteps = true }: { readonly steps?: boolean } = {}): string {
  const groups = hasSteps ? groupsOf(steps) : [];
  const shown = groups.map((group, index) => line(`${String(index + 1).padStart(4)}  ${describeGroup(group)}`));
  return `${line(title)}${shown.join('')}${notes.map((note) => line(`note: ${note}`)).join('')}`;
}

/** Consecutive steps that people read as one: all nodes forget one. In a large cluster they would fill the screen. */
export function groupsOf(steps: readonly PlanStep[]): PlanStep[][] {
  const groups: PlanStep[][] = [];
  for (const step of steps) {
    const last = groups.at(-1);
    if (last?.[0] !== undefined && isSameForget(last[0], step)) last.push(step);
    else groups.push([step]);
  }
  return groups;
}

export function isSameForget(one: PlanStep, other: PlanStep): boolean {
  return one.do === 'forget' && other.do === 'forget' && one.gone.id === other.gone.id;
}

export function describeGroup(group: readonly PlanStep[]): string {
  const [step] = group;
  if (step === undefined) return '';
  return step.do === 'forget' && group.length > 1
    ? `have ${count(group.length, 'node')} forget ${step.gone.name} (${step.gone.id.slice(0, 8)})`
    : describeStep(step);
}

/** The cluster's state for programs, with ids where one node refers to another. */
export function clusterJson(cluster: ClusterState, problems: readonly Problem[]): Record<string, unknown> {
  const nodes = nodesInOrder(cluster).map((node) => {
    const { id, name, role, primaryId, slots, keys, keysKnown, epoch, reachable, problem, migrating, importing, peer, flags, facts, jobs } =
      node;
    const running = jobs.filter((job) => job.running);
    return {
      id,
      address: name,
      role,
      ...(primaryId === null ? {} : { primaryId }),
      slots: slotsText(slots),
      slotCount: slots.length,
      keys: reachable && !keysKnown ? null : keys,
      epoch,
      reachable,
      ...(problem === null ? {} : { problem }),
      ...(migrating.size > 0 ? { migrating: Object.fromEntries(migrating) } : {}),
      ...(importing.size > 0 ? { importing: Object.fromEntries(importing) } : {}),
      ...(running.length > 0 ? { migrations: running.map(withSlotRanges) } : {}),
      host: peer.host,
      flags,
      clusterState: cluster.views.get(id)?.state ?? null,
      ...(facts === null ? {} : serverJson(facts, contextOf(node, cluster))),
    };
  });
  return { ok: !hasErrors(problems), kind: 'cluster', nodes, problems: problems.map(withSlotRanges) };
}
