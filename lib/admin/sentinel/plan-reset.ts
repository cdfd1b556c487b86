import { AdminError } from '../admin-error.js';
import { serverAt } from '../replication/tree.js';
import { primariesNamed, type SentinelGroupState, type WatchingSentinel, watchingOf } from './sentinel-group.js';
import { isDown, isFailingOver, type WatchedServer } from './sentinel-view.js';
import { refOf, type SentinelPlan, type SentinelStep } from './steps.js';

/**
 * Plans that sentinels forget the sentinels and replicas that are gone, one sentinel after the other: each has to find again what is there,
 * before the next one forgets it. https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/#adding-or-removing-sentinels
 */
export function planReset(group: SentinelGroupState): SentinelPlan {
  const watching = watchingOf(group);
  const busy = watching.find(({ replies }) => isFailingOver(replies.view));
  if (busy !== undefined) throw new AdminError(`a failover of ${group.name} is under way, and a reset would end it: wait for it`);
  const named = primariesNamed(group)[0]?.name ?? '';
  const blind = watching.find(({ replies }) => isDown(replies.view.primary));
  if (blind !== undefined) {
    throw new AdminError(
      `${blind.name} takes the primary ${named} for down: after a reset it would find no replica to promote, because only the primary names them`,
    );
  }
  const forgetting = watching.map((sentinel) => ({ sentinel, gone: goneFor(group, sentinel) })).filter(({ gone }) => gone.length > 0);
  const steps = forgetting.flatMap(({ sentinel, gone }): SentinelStep[] => [
    { do: 'reset', sentinel: refOf(sentinel), forgets: gone.map(({ name }) => name) },
    {
      do: 'rediscover',
      sentinel: refOf(sentinel),
      peers: watching.flatMap(({ id }) => (id === sentinel.id ? [] : [id])).sort(),
      replicas: sentinel.replies.view.replicas.flatMap((replica) => (gone.includes(replica) ? [] : [replica.name])).sort(),
    },
  ]);
  const unasked = group.sentinels.filter(({ replies }) => replies === null).map(({ name }) => name);
  return {
    title:
      steps.length === 0
        ? `nothing to forget: all Sentinels and replicas of ${group.name} that are known answer`
        : `have ${forgetting.length} of ${watching.length} Sentinels forget what is gone of ${group.name}`,
    group: group.name,
    steps,
    notes:
      steps.length === 0
        ? []
        : [
            ...neverReplicas(forgetting.flatMap(({ gone }) => gone)).map(
              (name) =>
                `no Sentinel has seen ${name} as a replica: as the primary of before it comes back as a second primary, which the Sentinels make a replica only as long as they know it. Reset only if it stays away`,
            ),
            ...unasked.map((name) => `${name} cannot be asked: should it come back, the others find it again`),
            'a Sentinel has no voice while it finds the others again, some seconds each',
          ],
    request: { command: 'reset' },
  };
}

/** Replicas that have not told a sentinel yet whom they follow. */
function neverReplicas(gone: readonly WatchedServer[]): string[] {
  const replicas = gone.filter(({ flags }) => flags.includes('slave'));
  const hasFollowed = (name: string): boolean =>
    replicas.some((each) => each.name === name && !['?', '', undefined].includes(each.fields.get('master-host')));
  return [...new Set(replicas.map(({ name }) => name))].filter((name) => !hasFollowed(name));
}

/** Sentinels and replicas that this one takes for dead, and that do not answer us either. */
function goneFor({ sentinels, tree }: SentinelGroupState, { replies: { view } }: WatchingSentinel): WatchedServer[] {
  const answers = ({ name, id }: WatchedServer): boolean =>
    sentinels.some((each) => each.replies !== null && (each.name === name || (id !== '' && each.id === id)));
  return [
    ...view.peers.filter((peer) => isDown(peer) && !answers(peer)),
    ...view.replicas.filter((replica) => isDown(replica) && (tree === null || serverAt(tree, replica.name)?.reachable !== true)),
  ];
}
