import { majorityOf } from '../health/majority.js';
import type { Problem } from '../health/problem.js';
import { namesText } from '../health/server-problems.js';
import { count } from '../slot-list.js';
import { primariesNamed, type SentinelGroupState, votersOf, watchingOf } from './sentinel-group.js';
import { isDown, isFailingOver } from './sentinel-view.js';

/** What is wrong with the sentinels of a group, as such and with each other. */
export function checkSentinels(group: SentinelGroupState): Problem[] {
  return [
    ...unreachable(group),
    ...ignorant(group),
    ...views(group),
    ...deadPeers(group),
    ...quorums(group),
    ...tilts(group),
    ...numbers(group),
    ...hosts(group),
    ...settings(group),
  ];
}

/** Those that the others take for dead are told as such. */
function unreachable(group: SentinelGroupState): Problem[] {
  const isDead = (name: string): boolean =>
    watchingOf(group).some(({ replies }) => replies.view.peers.some((peer) => peer.name === name && isDown(peer)));
  return group.sentinels
    .filter(({ replies, name }) => replies === null && !isDead(name))
    .map(({ name, problem }) => ({
      severity: 'warning',
      kind: 'unreachable',
      text: `Sentinel ${name} cannot be asked: ${problem}`,
      nodes: [name],
    }));
}

/** Sentinels that do not watch the group, although they were named as such that do. */
function ignorant({ name: group, sentinels }: SentinelGroupState): Problem[] {
  return sentinels
    .filter(({ replies }) => replies !== null && replies.view === null)
    .map(({ name }) => ({
      severity: 'warning',
      kind: 'sentinel-views',
      text: `Sentinel ${name} does not watch ${group}: it has no voice in its failovers`,
      nodes: [name],
    }));
}

/** Who is the primary: clients believe the sentinel that they ask. */
function views(group: SentinelGroupState): Problem[] {
  const named = primariesNamed(group);
  if (named.length > 1) {
    const said = named.map(({ name, by, epoch }) => `${namesText(by.map((each) => each.name))} say ${name} (epoch ${epoch})`);
    if (watchingOf(group).some(({ replies }) => isFailingOver(replies.view))) {
      const text = `not all Sentinels name the same primary while the failover is under way: ${said.join(', ')}`;
      return [{ severity: 'warning', kind: 'sentinel-views', text }];
    }
    const text = `the Sentinels disagree about the primary: ${said.join(', ')}; those with the lower epoch cannot hear the others, or do not reach the new primary`;
    return [{ severity: 'error', kind: 'sentinel-views', text, nodes: named.flatMap(({ by }) => by.map(({ name }) => name)) }];
  }
  const epochs = new Map<number, string[]>();
  for (const { name, replies } of watchingOf(group)) epochs.set(replies.view.epoch, [...(epochs.get(replies.view.epoch) ?? []), name]);
  if (epochs.size < 2) return [];
  const said = [...epochs].map(([epoch, names]) => `${epoch} (${namesText(names)})`);
  const text = `the Sentinels have different config epochs of ${group.name}: ${said.join(', ')}; they do not hear each other at ${named[0]?.name}`;
  return [{ severity: 'warning', kind: 'sentinel-views', text }];
}

/** Sentinels that are gone still count as voters, until the others forget them. */
function deadPeers(group: SentinelGroupState): Problem[] {
  const knowing = new Map<string, string[]>();
  for (const { name, replies } of watchingOf(group)) {
    for (const peer of replies.view.peers) {
      if (isDown(peer) && !isReachable(group, peer.name, peer.id)) knowing.set(peer.name, [...(knowing.get(peer.name) ?? []), name]);
    }
  }
  return [...knowing].map(([peer, names]): Problem => {
    const text = `Sentinel ${peer} is dead, and still counts as a voter for ${namesText(names)}; if it is gone for good: slotwise sentinel reset`;
    return { severity: 'warning', kind: 'sentinel-dead-peer', text, nodes: [peer] };
  });
}

function isReachable({ sentinels }: SentinelGroupState, name: string, id: string): boolean {
  return sentinels.some((sentinel) => sentinel.replies !== null && (sentinel.name === name || (id !== '' && sentinel.id === id)));
}

/** A failover needs as many sentinels as the quorum to agree that the primary is down, and the votes of more than half of those known. */
function quorums(group: SentinelGroupState): Problem[] {
  const watching = watchingOf(group);
  const usable = watching.filter(({ replies }) => !replies.tilt).length;
  const voters = Math.max(0, ...watching.map(({ replies }) => votersOf(replies)));
  // Where they differ, those with the largest say it themselves.
  const quorum = Math.min(...watching.map(({ replies }) => replies.view.quorum));
  const problems: Problem[] = [];
  if (quorum > voters) {
    const text = `the quorum is ${quorum}, and there are ${count(voters, 'Sentinel')}: no failover ever begins; lower it with slotwise sentinel set … quorum=${majorityOf(voters)}`;
    problems.push({ severity: 'error', kind: 'sentinel-quorum', text });
  } else if (usable < quorum) {
    const text = `the quorum is ${quorum}, and only ${count(usable, 'Sentinel')} of ${voters} can take part: no failover begins`;
    problems.push({ severity: 'error', kind: 'sentinel-quorum', text });
  }
  if (usable < majorityOf(voters)) {
    const text = `a failover needs the votes of ${majorityOf(voters)} of ${count(voters, 'Sentinel')}, and only ${usable} can take part: none can be authorized`;
    problems.push({ severity: 'error', kind: 'sentinel-quorum', text });
  }
  const said = watching.filter(({ replies }) => replies.ckquorum?.ok === false);
  if (said.length > 0 && problems.length === 0) {
    const texts = [...new Set(said.map(({ replies }) => replies.ckquorum?.text))].join('; ');
    problems.push({ severity: 'error', kind: 'sentinel-quorum', text: `${namesText(said.map(({ name }) => name))}: ${texts}` });
  }
  return problems;
}

function tilts(group: SentinelGroupState): Problem[] {
  return watchingOf(group)
    .filter(({ replies }) => replies.tilt)
    .map(({ name }) => ({
      severity: 'warning',
      kind: 'sentinel-down',
      text: `Sentinel ${name} is in TILT mode: its clock jumped or it stood still, and it acts on nothing for 30 s`,
      nodes: [name],
    }));
}

/** https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/#fundamental-things-to-know-about-sentinel-before-deploying */
function numbers(group: SentinelGroupState): Problem[] {
  const watching = watchingOf(group);
  const voters = Math.max(0, ...watching.map(({ replies }) => votersOf(replies)));
  const quorum = Math.min(...watching.map(({ replies }) => replies.view.quorum));
  if (voters < 3) {
    const text = `there ${voters === 1 ? 'is' : 'are'} only ${count(voters, 'Sentinel')}: ${voters === 1 ? 'when it fails' : 'when one fails'} no failover is possible; three on three hosts are the least`;
    return [{ severity: 'warning', kind: 'sentinel-quorum', text }];
  }
  const problems: Problem[] = [];
  if (voters % 2 === 0) {
    const text = `${voters} Sentinels bear as few failures as ${voters - 1}: where they fall into halves neither can fail over`;
    problems.push({ severity: 'note', kind: 'sentinel-quorum', text });
  }
  if (quorum === 1) {
    const text = 'the quorum is 1: one Sentinel that cannot reach the primary begins a failover, although the others can';
    problems.push({ severity: 'warning', kind: 'sentinel-quorum', text });
  }
  return problems;
}

/** With the host of the primary a majority of the sentinels may fail, and then nobody can promote a replica. */
function hosts(group: SentinelGroupState): Problem[] {
  const watching = watchingOf(group);
  const primary = primariesNamed(group)[0]?.address;
  const byHost = new Map<string, string[]>();
  for (const { name, address } of watching) {
    if ('host' in address) byHost.set(address.host, [...(byHost.get(address.host) ?? []), name]);
  }
  const voters = Math.max(0, ...watching.map(({ replies }) => votersOf(replies)));
  const crowded = [...byHost].find(([, names]) => voters - names.length < majorityOf(voters));
  if (crowded === undefined || crowded[1].length < 2) return [];
  const [host, names] = crowded;
  const more = primary != null && 'host' in primary && primary.host === host ? ' and the primary with them' : '';
  const text = `${names.length} of ${voters} Sentinels run on ${host}${more}: if it fails, no failover is possible`;
  return [{ severity: 'warning', kind: 'hosts', text, nodes: names }];
}

/** Settings that should be the same everywhere: which sentinel leads a failover is chance. */
const SHARED: readonly string[] = ['quorum', 'down-after-milliseconds', 'failover-timeout', 'parallel-syncs'];

function settings(group: SentinelGroupState): Problem[] {
  const watching = watchingOf(group);
  return SHARED.flatMap((setting): Problem[] => {
    const values = new Map<string, string[]>();
    for (const { name, replies } of watching) {
      const value = replies.view.primary.fields.get(setting) ?? 'unset';
      values.set(value, [...(values.get(value) ?? []), name]);
    }
    if (values.size < 2) return [];
    const said = [...values].map(([value, names]) => `${value} (${namesText(names)})`);
    const text = `${setting} is not the same everywhere: ${said.join(', ')}; slotwise sentinel set … ${setting}=VALUE sets it at all`;
    return [{ severity: 'warning', kind: 'sentinel-settings', text }];
  });
}
