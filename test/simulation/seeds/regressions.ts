import type { DeploymentKind } from '../topologies/deployment.js';

/** A seed in which the engine once broke a promise. */
export interface Regression {
  readonly seed: number;
  readonly kind: DeploymentKind;
  /** Names of workloads that are not drawn in it. Default: those that were added since the first of these seeds was found. */
  readonly without?: readonly string[];
  /** What was wrong, and what it cost a user. */
  readonly was: string;
}

/** Commands of the programs of these seeds, at least: as many as all seeds had when they were found. */
export const REGRESSION_COMMANDS = 310;

/** A seed means something else once what seeds draw has changed; the test of the part that was mended stays. */
export const regressions: readonly Regression[] = [
  {
    seed: 35,
    kind: 'sentinel',
    was: 'A replica that had left was asked for its offset, by a connection that nobody closed: a process did not end after close().',
  },
  {
    seed: 20,
    kind: 'replication',
    was: 'After READONLY the next look at the topology was up to 125 ms away: writes went on to a demoted primary and were late.',
  },
  {
    seed: 59,
    kind: 'replication',
    was: 'READONLY and MOVED to calls that were aborted, or had timed out, taught nothing: the next callers paid for it again.',
  },
  {
    seed: 126,
    kind: 'replication',
    was: 'Refused writes went to the demoted primary again and again, as long as a probe took that waited for a member that hung.',
  },
  {
    seed: 200,
    kind: 'replication',
    was: 'Calls that waited at a demoted primary for a connection of their own were sent there, to be refused.',
  },
  {
    seed: 4071,
    kind: 'cluster',
    was: 'A node that had been cut off took the new primary for a replica: the client gave its slots back to the old one, and told a failover.',
  },
  {
    seed: 1251,
    kind: 'cluster',
    was: 'News of an owner of slots waited up to 100 ms for a third node that did not answer: writes went to the old owner meanwhile.',
  },
  {
    seed: 2125,
    kind: 'cluster',
    was: 'While only servers of a removed shard answered, the client took them for the cluster, and never found the real one again.',
  },
  {
    seed: 1031,
    kind: 'single',
    was: 'A name had gone to another server, which a probe saw: the connections stayed, and reads came from the old one, for ever.',
  },
  {
    seed: 972,
    kind: 'replication',
    was: 'A change of role that ended the WAIT of a write, just as the client asked for that itself, had the write sent to the new primary again.',
  },
  {
    seed: 1298,
    kind: 'cluster',
    was: 'MOVED to a read that had been taken from a stalled connection taught nothing: the next write went to the old owner.',
  },
  {
    seed: 1305,
    kind: 'replication',
    was: 'A demoted primary refused the write of a pipeline and answered the read behind it, which gave what was there before the write.',
  },
  {
    seed: 650,
    kind: 'single',
    was: 'A name had gone to another server: a connection to the old one stayed, for it redirected what it got, and took PUBLISH, for nobody.',
  },
  {
    seed: 1427,
    kind: 'single',
    was: 'A name had gone to another server: each call took the way by the old one, which redirected it.',
  },
  {
    seed: 1942,
    kind: 'single',
    was: 'A renewal of connections that came too soon after another one was forgotten: writes went to the old server once more.',
  },
  {
    seed: 588,
    kind: 'replication',
    was: 'What waited for a shared connection to a primary was sent there, to be refused, though that had said that it is a replica.',
  },
  {
    seed: 1437,
    kind: 'replication',
    was: 'REDIRECT to a script that only reads was an error for its caller, and taught nothing: the next write went to the same replica.',
  },
  {
    seed: 670,
    kind: 'single',
    was: 'Connections to a fixed address were made anew again and again while a probe knew that it leads to a replica: more than a hundred a second.',
  },
  {
    seed: 5407,
    kind: 'cluster',
    was: 'A quiet probe asked one node, which told of a failover, and then others, which had not heard of it yet: the news was thrown away.',
  },
  {
    seed: 100013,
    kind: 'single',
    was: 'A stalled connection to the old server of a name that had moved was checked once more, and that failed: no command was sent any more, for ever.',
  },
  {
    seed: 5135,
    kind: 'replication',
    was: 'A second after a primary had said that it is a replica, writes went there again, if the probe still waited for members that did not answer.',
  },
  {
    seed: 1982,
    kind: 'single',
    was: 'An idempotent transaction, sent again from a stalled connection, took the late replies to its first attempt for those to its second: nulls.',
  },
  {
    seed: 1816,
    kind: 'single',
    was: 'A name led to a demoted server, which refused the write of a pipeline and answered the read behind it: what was there before.',
  },
  {
    seed: 3311,
    kind: 'single',
    was: 'A name had moved from a server that hung: nothing was sent to the new one for up to 3 s, and then to the old one, as it woke up.',
  },
  {
    seed: 7382,
    kind: 'replication',
    was: 'destroy() while two nodes were asked for a read: its error named no command, and said that nothing had been sent.',
  },
  {
    seed: 7502,
    kind: 'cluster',
    was: 'A call waited for a stalled connection to a node of a cluster whose slot had moved meanwhile, and was sent there late, to be redirected.',
  },
  {
    seed: 76,
    kind: 'ring',
    was: 'Reads from replicas, of keys of a member that had just left, had a shard sampled that is none: a timer went on, also after close().',
  },
  {
    seed: 26,
    kind: 'endpoints',
    was: 'close() left the wait for a list of endpoints that a function did not give: a timer of 5 s.',
  },
  {
    seed: 69,
    kind: 'endpoints',
    was: 'An endpoint that did not answer a probe until close() had a timer set for it afterwards.',
  },
  {
    seed: 98,
    kind: 'endpoints',
    was: 'twemproxy could pass on a part of MSET and not the rest, said so, and was sent all of it again: that part was written twice and more.',
  },
  {
    seed: 132,
    kind: 'endpoints',
    was: 'All proxies led to a new primary, and the client never saw it: it asked by connections from before, and stayed with the replica.',
  },
  {
    seed: 248,
    kind: 'endpoints',
    was: 'One server behind a proxy refused its part of MSET, another one had run its own, and the caller was told that nothing had run.',
  },
  {
    seed: 1723,
    kind: 'cluster',
    was: 'Three nodes that had not heard of it yet had the client give slots back to the node from which another one had taken them.',
  },
  {
    seed: 50060,
    kind: 'cluster',
    was: 'The same, where one of the three was that old owner, which took writes and lost them when it heard.',
  },
  {
    seed: 6209,
    kind: 'cluster',
    was: 'News of an owner of slots waited up to 100 ms for another owner, of which nothing was new, that did not answer.',
  },
  {
    seed: 50083,
    kind: 'cluster',
    was: 'A node told of a failover when the probe that had asked it was over: nobody listened, and writes went to the old primary until it refused.',
  },
  {
    seed: 50105,
    kind: 'cluster',
    was: 'The same, while the next probe waited for nodes that did not answer.',
  },
  {
    seed: 2,
    kind: 'single',
    without: [],
    was: 'A command of a dedicated connection that was given up for its silence, just when the command was due, was told a tick too late.',
  },
  {
    seed: 15,
    kind: 'sentinel',
    without: [],
    was: 'A transaction by hand whose connection was lost before EXEC was told so by an error that did not name the node.',
  },
  {
    seed: 85,
    kind: 'cluster',
    without: [],
    was: 'A dedicated connection that was closed while it was leaving its node left a timer behind: a process did not end after close().',
  },
  {
    seed: 6105,
    kind: 'endpoints',
    was: 'An endpoint led to a new primary, and 100 ms were spent on others that did not answer: writes went to the old one, and were lost with it.',
  },
  {
    seed: 40026,
    kind: 'single',
    was: 'Two replicas redirected calls to each other, whose last one was on its way there still when the name led to a primary: it came later for that.',
  },
];

/** A seed of the test runs that fails, because what is wrong is known and not mended yet. */
interface OpenSeed {
  readonly kind: DeploymentKind;
  readonly seed: number;
  readonly what: string;
}

export const openSeeds: readonly OpenSeed[] = [];
