import { PlacementFunctionError, SlotwiseError } from '../../errors.js';
import { addressKey } from '../../options/address.js';
import { infoOf } from '../../topology/replies.js';
import { thrownText } from '../../util/user-function.js';
import { keysByDatabase } from '../health/info-fields.js';
import type { KeyStore, StoreMember } from './key-store.js';
import type { RingMemberFacts, StrayKey } from './ring-report.js';
import { pagesOf, type SampleOptions } from './sample-source.js';

/** Strays of a member of which it is asked whether they are at home, too. */
const MOST_ASKED = 1_000;

/** Asks every member of a ring how it is, and looks at some of its keys. */
export async function readRing(ring: KeyStore, options: SampleOptions): Promise<RingMemberFacts[]> {
  return await Promise.all(ring.members.map((member) => readMember(ring, member, options)));
}

async function readMember(ring: KeyStore, member: StoreMember, options: SampleOptions): Promise<RingMemberFacts> {
  const { name, weight } = member;
  const unknown = { name, weight, address: null, runId: null, keys: null, otherDatabases: new Map(), sampled: 0, strays: [] };
  const problem = ring.problems.get(name);
  if (problem !== undefined) return { ...unknown, problem };
  try {
    return { ...unknown, ...(await askMember(ring, member, options)), problem: null };
  } catch (error) {
    if (error instanceof PlacementFunctionError) throw error;
    return { ...unknown, problem: error instanceof SlotwiseError ? error.message : thrownText(error) };
  }
}

async function askMember(ring: KeyStore, member: StoreMember, options: SampleOptions): Promise<Partial<RingMemberFacts>> {
  const { redis } = member;
  const databases = new Map(keysByDatabase(infoOf(await redis.info('keyspace'))));
  databases.delete(ring.database);
  const keys = await redis.dbsize();
  const strays: StrayKey[] = [];
  let sampled = 0;
  for await (const page of pagesOf(member, options)) {
    sampled += page.length;
    const own = page.filter((key) => ring.memberOf(key) !== member);
    const asked = strays.length;
    strays.push(...(await Promise.all(own.map((key, index) => strayOf(ring, key, asked + index < MOST_ASKED)))));
  }
  const address = ring.addressOf(member);
  return {
    address: address === null ? null : addressKey(address),
    runId: ring.runIdOf(member),
    keys,
    otherDatabases: databases,
    sampled,
    strays,
  };
}

async function strayOf(ring: KeyStore, key: Buffer, isAsked: boolean): Promise<StrayKey> {
  const home = ring.memberOf(key);
  const ask = async (): Promise<boolean> => (await home.redis.exists(key)) === 1;
  const isTwice = !isAsked || ring.problems.has(home.name) ? null : await ask();
  return { key: key.toString(), home: home.name, isTwice };
}
