import type { NodeFacts } from './node-facts.js';

type Settings = Pick<NodeFacts, 'config'>;

/** Whether clients and replicas have to log in (`requirepass`); null: its settings may not be read. */
export function wantsPassword({ config }: Settings): boolean | null {
  const own = config.get('requirepass');
  return own === undefined ? null : own !== '';
}

/** Whether a server could not log in at another one that it follows, or is to follow; false also where one of them does not say. */
export function lacksPasswordFor(leader: Settings | null, { config }: Settings): boolean {
  const own = [config.get('masterauth'), config.get('primaryauth')].filter((value) => value !== undefined);
  return own.length > 0 && own.every((value) => value === '') && leader !== null && wantsPassword(leader) === true;
}
