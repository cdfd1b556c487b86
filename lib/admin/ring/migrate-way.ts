import { ReplyError, SlotwiseError } from '../../errors.js';
import { type Address, addressKey } from '../../options/address.js';
import { type MigrateTarget, type MigrateVerdict, migrateArgs, verdictOfError, verdictOfReply } from '../../protocol/migrate.js';
import { performance, sleep } from '../../runtime/runtime.js';
import { backoffMs } from '../../util/backoff.js';
import { thrownText } from '../../util/user-function.js';
import { AdminError } from '../admin-error.js';
import { moveMs } from '../preflight/big-keys.js';
import type { KeyStore, StoreMember } from './key-store.js';
import type { BatchOutcome, KeyConflict, KeyFailure, KeyWay, MovingKey } from './key-way.js';
import { isPassing, refusal } from './move-errors.js';
import { SendLocks } from './send-locks.js';

export interface MigrateLimits {
  /** How long a source waits for each answer of a target, in ms. */
  readonly migrateTimeoutMs: number;
  /** How long one batch is tried again, in ms: through a failover, or until a slot of a cluster has moved. */
  readonly patienceMs: number;
}

/** Keys that go to one address. */
interface Group {
  readonly address: Address;
  readonly name: string;
  /** That of their servers, as `KeyStore.identityOf` gives it. */
  readonly identity: string;
  readonly keys: readonly MovingKey[];
}

/** What one MIGRATE leaves to do. */
interface Attempt {
  /** Keys that are to be tried again, and why. */
  readonly again: readonly MovingKey[];
  readonly reason: unknown;
  /** The target may have got those keys. */
  readonly copied: boolean;
  readonly conflicts: readonly Buffer[];
  readonly failures: readonly KeyFailure[];
}

const NOTHING_LEFT: Attempt = { again: [], reason: null, copied: false, conflicts: [], failures: [] };
const PAUSE = { minMs: 20, maxMs: 1_000 };
/** A source that cannot reach a target which we reach is told so often before it is taken for the truth. */
const UNREACHABLE_ATTEMPTS = 6;
/** An error of the value itself: other keys may pass. */
const OF_ONE_KEY = /^ERR (?:DUMP payload version|Bad data format)/;

/**
 * Moves keys by MIGRATE: the source has a key until the target has it, and serves nobody else meanwhile, so that no reader misses it and no
 * write goes astray. https://redis.io/docs/latest/commands/migrate/
 */
export class MigrateWay implements KeyWay {
  readonly #locks = new SendLocks();

  constructor(
    private readonly from: Pick<KeyStore, 'identityOf'>,
    private readonly to: Pick<KeyStore, 'identityOf' | 'placeOf' | 'memberOf' | 'database' | 'credentials'>,
    private readonly limits: MigrateLimits,
    private readonly isStopped: () => boolean,
    private readonly pause: (ms: number) => Promise<void> = sleep,
  ) {}

  async move(source: StoreMember, keys: readonly MovingKey[]): Promise<BatchOutcome> {
    const conflicts: KeyConflict[] = [];
    const failures: KeyFailure[] = [];
    /** Names of keys that the target may have got from us, as latin1 text. */
    const ours = new Set<string>();
    let left = keys;
    let endAt = performance.now() + this.limits.patienceMs;
    for (let failed = 0; left.length > 0; ) {
      const attempts: Attempt[] = [];
      for (const group of this.#groups(left)) attempts.push(await this.#attempt(source, group));
      const found = attempts.flatMap((each) => each.conflicts);
      conflicts.push(...found.map((key) => ({ key, mayBeOurs: ours.has(key.toString('latin1')) })));
      failures.push(...attempts.flatMap((each) => each.failures));
      const again = attempts.flatMap((each) => each.again);
      for (const { again: keysAgain, copied } of attempts) if (copied) for (const { key } of keysAgain) ours.add(key.toString('latin1'));
      if (again.length < left.length) endAt = performance.now() + this.limits.patienceMs;
      failed = again.length < left.length ? 0 : failed + 1;
      left = again;
      if (left.length === 0) break;
      if (this.isStopped()) return { conflicts, failures, left: left.map(({ key }) => key) };
      const { reason } = attempts.find((each) => each.again.length > 0) ?? { reason: null };
      if (!(await this.#wait(source, left, { reason, failed, endAt }))) {
        failures.push(...left.map(({ key }) => ({ key, problem: textOf(reason) })));
        break;
      }
    }
    return { conflicts, failures, left: [] };
  }

  /** The keys by the addresses that they go to now. */
  #groups(keys: readonly MovingKey[]): Group[] {
    const groups = new Map<string, Group & { readonly keys: MovingKey[] }>();
    for (const key of keys) {
      const { member, name, address } = this.to.placeOf(key.key);
      const own = address ?? { host: '', port: 0 };
      const id = addressKey(own);
      const group = groups.get(id) ?? { address: own, name, identity: this.to.identityOf(member), keys: [] };
      group.keys.push(key);
      groups.set(id, group);
    }
    return [...groups.values()];
  }

  async #attempt(source: StoreMember, group: Group): Promise<Attempt> {
    const again = (reason: unknown, copied = false): Attempt => ({ ...NOTHING_LEFT, again: group.keys, reason, copied });
    const { address } = group;
    if ('path' in address) throw refusal(source, group, `it listens on a socket file, which ${source.name} cannot be told of`);
    if (address.host === '') return again(new AdminError(`no primary of ${group.name} is known`));
    const verdict = await this.#locks.run(this.from.identityOf(source), group.identity, () => this.#migrate(source, address, group.keys));
    switch (verdict.kind) {
      case 'moved':
      case 'absent':
        return NOTHING_LEFT;
      case 'source':
      case 'again':
        return again(verdict.error, verdict.copied);
      default:
    }
    // The others may have moved: https://github.com/redis/redis/blob/7.0/src/cluster.c (`migrateCommand`)
    if (group.keys.length > 1) return await this.#one(source, group);
    const [{ key } = { key: Buffer.alloc(0) }] = group.keys;
    const said = verdict.error?.message ?? '';
    switch (verdict.kind) {
      case 'elsewhere':
        return again(verdict.error);
      case 'duplicate':
        return { ...NOTHING_LEFT, conflicts: [key] };
      case 'refused':
        if (!OF_ONE_KEY.test(said)) throw refusal(source, group, said);
        return { ...NOTHING_LEFT, failures: [{ key, problem: said }] };
      case 'full':
        throw refusal(source, group, said);
      default:
        return verdict.kind satisfies never;
    }
  }

  /** The keys of a batch one by one, those that the source still has. */
  async #one(source: StoreMember, group: Group): Promise<Attempt> {
    const there = await Promise.all(group.keys.map(({ key }) => source.redis.exists(key)));
    const attempts: Attempt[] = [];
    for (const [index, key] of group.keys.entries()) {
      if (there[index] !== 1) continue;
      attempts.push(await this.#attempt(source, { ...group, keys: [key] }));
    }
    return {
      again: attempts.flatMap(({ again }) => again),
      reason: attempts.find(({ again }) => again.length > 0)?.reason ?? null,
      copied: attempts.some(({ copied }) => copied),
      conflicts: attempts.flatMap(({ conflicts }) => conflicts),
      failures: attempts.flatMap(({ failures }) => failures),
    };
  }

  async #migrate({ redis }: StoreMember, address: { host: string; port: number }, keys: readonly MovingKey[]): Promise<MigrateVerdict> {
    // The target is silent while it makes a large value of what it has got.
    const longestMs = Math.max(0, ...keys.map(({ bytes }) => moveMs({ bytes, type: '', length: 0 }) * 4));
    const timeoutMs = Math.max(this.limits.migrateTimeoutMs, Math.ceil(longestMs));
    const target: MigrateTarget = { ...address, database: this.to.database, timeoutMs, login: await this.to.credentials() };
    const words = migrateArgs(
      target,
      keys.map(({ key }) => key),
    );
    try {
      // The timeout counts for each time that the source waits, not for all of them together.
      return verdictOfReply(await redis.with({ timeoutMs: timeoutMs * 4 + 5_000 }).call('MIGRATE', ...words));
    } catch (error) {
      if (error instanceof ReplyError) return verdictOfError(error);
      if (!isPassing(error)) throw error;
      // Whatever has become of it, the source knows.
      return { kind: 'again', copied: true, error: null, by: 'source' };
    }
  }

  /**
   * Waits before keys are tried again. Resolves with false where only these keys have to wait for longer: their slot is on its way. Rejects
   * where the target does not take keys.
   */
  async #wait(
    source: StoreMember,
    keys: readonly MovingKey[],
    { reason, failed, endAt }: { readonly reason: unknown; readonly failed: number; readonly endAt: number },
  ): Promise<boolean> {
    const said = textOf(reason);
    await this.pause(backoffMs(failed, PAUSE));
    // The client of the target finds out who takes each key by now, and waits for a failover to end.
    const answers = await Promise.allSettled(keys.map(({ key }) => this.to.memberOf(key).redis.exists(key)));
    const [{ key } = { key: Buffer.alloc(0) }] = keys;
    const { name, address } = this.to.placeOf(key);
    if (answers[0]?.status === 'fulfilled' && failed >= UNREACHABLE_ATTEMPTS && /^IOERR/.test(said)) {
      const text = `${said}: we reach ${name}, and ${source.name} does not. Let it reach ${addressText(address)}, or move the keys through here: --via client`;
      throw refusal(source, { name, keys }, text);
    }
    if (performance.now() <= endAt) return true;
    if (/^ASK /.test(said)) return false;
    throw refusal(source, { name, keys }, said);
  }
}

function textOf(reason: unknown): string {
  if (reason === null) return 'the connection broke';
  return reason instanceof SlotwiseError ? reason.message : thrownText(reason);
}

function addressText(address: Address | null): string {
  return address === null ? 'it' : addressKey(address);
}
