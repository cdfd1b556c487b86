import { Books } from '../../books.js';
import type { Network } from '../../network/network.js';
import type { CommandCall } from '../redis/command-call.js';
import { globMatches } from '../redis/glob.js';
import { type RedisOptions, RedisServer } from '../redis/redis-server.js';
import type { CommandRule, Rules } from '../redis/rules.js';
import { type LinkEnd, openLink } from '../replication/link.js';
import type { ReplyValue } from '../resp.js';
import { askOthers, checkDown, checkObjectivelyDown } from './down.js';
import { forceFailover, proceed, startIfNeeded, switchIfEnded } from './failover.js';
import { Group, type GroupSettings } from './group.js';
import { heard } from './hello.js';
import { Instance } from './instance.js';
import { PONG, type SentinelMessage } from './messages.js';
import { PERIODS } from './periods.js';
import { answered, ping, probe } from './probing.js';
import { reported } from './report.js';
import { forget } from './reset.js';
import { sentinelCommand } from './sentinel-rules.js';
import { vote } from './vote.js';
import { tell, type Watcher } from './watcher.js';

type Message = LinkEnd<SentinelMessage, SentinelMessage>;

/** Flag `SENTINEL`: https://github.com/redis/redis/tree/7.0/src/commands */
const COMMANDS = ['PING', 'SUBSCRIBE', 'UNSUBSCRIBE', 'PSUBSCRIBE', 'PUNSUBSCRIBE', 'PUBLISH', 'AUTH', 'HELLO', 'RESET', 'QUIT', 'CLIENT'];

/** A Sentinel: it watches groups, and answers clients. https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ */
export class SentinelServer extends RedisServer implements Watcher {
  readonly groups = new Map<string, Group>();
  readonly id: string;
  epoch = 0;
  #tickedAt = 0;
  /** null: it is not tilted. */
  #tiltedAt: number | null = null;

  constructor(
    network: Network,
    address: { readonly host: string; readonly port: number },
    options: RedisOptions,
    /** What servers tell of roles. */
    readonly truth: Books,
  ) {
    // What a sentinel runs changes no data: nobody asks for records of it.
    super(network, address, options, new Books(network.timeline));
    this.id = Array.from({ length: 5 }, () => this.random.integer(0, 0xffff_ffff).toString(16).padStart(8, '0')).join('');
    this.rules = rulesOfSentinel(this.rules);
  }

  override get mode(): 'sentinel' {
    return 'sentinel';
  }

  get isTilted(): boolean {
    return this.#tiltedAt !== null;
  }

  // --- groups

  monitor(settings: GroupSettings, host: string, port: number): Group {
    const group = new Group(settings, host, port, this.now);
    this.groups.set(settings.name, group);
    if (this.state === 'running') tell(this, '+monitor', group, group.master, ` quorum ${settings.quorum}`);
    return group;
  }

  remove(group: Group): void {
    tell(this, '-monitor', group, group.master);
    for (const instance of group.instances()) instance.disconnect();
    this.groups.delete(group.name);
  }

  /** It has to find all again. */
  reset(group: Group): void {
    forget(this, group);
    for (const sentinel of group.sentinels.values()) sentinel.disconnect();
    group.sentinels.clear();
    tell(this, '+reset-master', group, group.master);
  }

  failover(group: Group): void {
    forceFailover(this, group);
  }

  // --- the process

  protected override started(): void {
    super.started();
    const { now } = this;
    this.#tickedAt = now;
    this.#tiltedAt = null;
    if (this.life > 1) for (const group of this.groups.values()) this.#reload(group);
    this.#tickLater();
  }

  /** As its configuration file has it: addresses and epochs. */
  #reload(group: Group): void {
    const { now } = this;
    const { host, port } = group.announced;
    const renew = (instances: Map<string, Instance>): void => {
      for (const [key, { kind, name, host: at, port: on }] of instances) instances.set(key, new Instance(kind, name, at, on, now));
    };
    const replicas = new Map([...group.replicas].filter(([, replica]) => replica !== group.announced));
    forget(this, group);
    for (const [key, replica] of replicas) group.replicas.set(key, replica);
    group.master = new Instance('master', group.name, host, port, now);
    renew(group.replicas);
    renew(group.sentinels);
  }

  /** With some chance in it, so that sentinels do not start failovers at the same moment. */
  #tickLater(): void {
    this.after(1_000 / this.random.integer(10, 19), () => {
      this.#tick();
      this.#tickLater();
    });
  }

  #tick(): void {
    const { now } = this;
    this.#checkTilt();
    this.#tickedAt = now;
    for (const group of this.groups.values()) {
      for (const instance of group.instances()) {
        probe(this, group, instance);
        if (!this.isTilted) checkDown(this, group, instance);
      }
      if (this.isTilted) continue;
      checkObjectivelyDown(this, group);
      if (startIfNeeded(this, group)) askOthers(this, group, true);
      proceed(this, group);
      askOthers(this, group, false);
      switchIfEnded(this, group);
    }
  }

  #checkTilt(): void {
    const { now } = this;
    if (now - this.#tickedAt > PERIODS.tiltTrigger) {
      this.#tiltedAt = now;
      this.event('+tilt', '#tilt mode entered');
    } else if (this.#tiltedAt !== null && now - this.#tiltedAt >= PERIODS.tilt) {
      this.#tiltedAt = null;
      this.event('-tilt', '#tilt mode exited');
    }
  }

  // --- other servers

  connect(group: Group, instance: Instance): void {
    const { link } = instance;
    link.isConnecting = true;
    openLink(this.network, this, instance.address, {
      refused: () => {
        link.isConnecting = false;
      },
      connected: (opened) => {
        link.isConnecting = false;
        const end = opened as Message;
        if (!this.#isKnown(group, instance)) {
          end.close();
          return;
        }
        link.end = end;
        link.connectedAt = this.now;
        end.closed = () => {
          if (link.end === end) instance.disconnect();
        };
        end.received = (message) => this.#answered(group, instance, message);
        ping(this, instance);
      },
    });
  }

  #isKnown(group: Group, instance: Instance): boolean {
    for (const known of group.instances()) if (known === instance) return true;
    return false;
  }

  /** By a server that it watches, or another sentinel that it has asked. */
  #answered(group: Group, instance: Instance, message: SentinelMessage): void {
    switch (message.is) {
      case 'pong':
        answered(this, instance, message.isGood);
        break;
      case 'report':
        reported(this, group, instance, message.report);
        break;
      case 'hello':
        heard(this, group, message.hello);
        break;
      case 'answer':
        instance.repliedAt = this.now;
        instance.saysDown = message.isDown;
        if (message.leader === null) break;
        instance.leader = message.leader;
        instance.leaderEpoch = message.leaderEpoch;
    }
  }

  /** Another sentinel has connected. */
  override linked(end: LinkEnd): void {
    const other = end as Message;
    other.received = (message) => this.#asked(other, message);
  }

  #asked(end: Message, message: SentinelMessage): void {
    if (message.is === 'ping') end.send(PONG);
    else if (message.is === 'hello') {
      const group = this.groups.get(message.hello.group);
      if (group !== undefined) heard(this, group, message.hello);
    } else if (message.is === 'ask') {
      const { host, port, epoch, candidate } = message;
      const group = [...this.groups.values()].find(({ master }) => master.host === host && master.port === port);
      const isDown = group?.master.isDown === true && !this.isTilted;
      const votes = group !== undefined && candidate !== null ? vote(this, group, epoch, candidate) : { leader: null, leaderEpoch: 0 };
      end.send({ is: 'answer', isDown, ...votes });
    }
  }

  // --- clients

  event(channel: string, text: string): void {
    if (channel === '+switch-master') this.#tellSwitch(text);
    this.pubsub.publish(channel, text);
  }

  #tellSwitch(text: string): void {
    const [name = '', , , host, port] = text.split(' ');
    const epoch = this.groups.get(name)?.configEpoch ?? null;
    const { channels, patterns } = this.pubsub;
    const listening = [...(channels.get('+switch-master') ?? [])];
    for (const [pattern, sessions] of patterns) if (globMatches(pattern, '+switch-master')) listening.push(...sessions);
    for (const session of listening) {
      session.whenRead.push(() =>
        this.truth.toldRole(session, { teller: this.name, node: `${host}:${port}`, isPrimary: true, slots: null, epoch }),
      );
    }
  }
}

const rulesByServer = new WeakMap<Rules, Rules>();

/** Commands that a sentinel has. https://github.com/redis/redis/blob/7.0/src/server.c (`populateCommandTable`) */
function rulesOfSentinel(all: Rules): Rules {
  const known = rulesByServer.get(all);
  if (known !== undefined) return known;
  const rules = new Map<string, CommandRule>();
  for (const [name, rule] of all) if (COMMANDS.includes(name.split(' ')[0] ?? '')) rules.set(name, rule);
  const ping = all.get('PING');
  if (ping === undefined) throw new Error('no PING');
  const add = (name: string, arity: number, run: (sentinel: SentinelServer, call: CommandCall) => ReplyValue): void => {
    rules.set(name, { ...ping, name, shownName: name.toLowerCase(), arity, run: (call) => run(call.server as SentinelServer, call) }); // only sentinels have these rules
  };
  add('SENTINEL', -2, sentinelCommand);
  add('ROLE', 1, ({ groups }) => ['sentinel', [...groups.keys()]]);
  add('INFO', -1, infoText);
  rulesByServer.set(all, rules);
  return rules;
}

function infoText({ groups, options, runId, port, id, isTilted }: SentinelServer): string {
  const { product, version } = options;
  const lines = [
    '# Server',
    ...(product === 'valkey' ? ['redis_version:7.2.4', 'server_name:valkey', `valkey_version:${version}`] : [`redis_version:${version}`]),
    product === 'valkey' ? 'server_mode:sentinel' : 'redis_mode:sentinel',
    `run_id:${runId}`,
    `tcp_port:${port}`,
    '',
    '# Sentinel',
    `sentinel_masters:${groups.size}`,
    `sentinel_tilt:${isTilted ? 1 : 0}`,
    `sentinel_myid:${id}`,
    ...[...groups.values()].map(({ name, master, replicas, sentinels }, index) => {
      const status = master.isObjectivelyDown ? 'odown' : master.isDown ? 'sdown' : 'ok';
      return `master${index}:name=${name},status=${status},address=${master.address},slaves=${replicas.size},sentinels=${sentinels.size + 1}`;
    }),
  ];
  return lines.map((line) => `${line}\r\n`).join('');
}
