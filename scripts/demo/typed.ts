import { isDeepStrictEqual } from 'node:util';
import type { Redis } from '../../lib/index.js';
import type { Report } from './report.js';

interface Step {
  readonly text: string;
  readonly run: (redis: Redis) => Promise<unknown>;
  readonly expected: unknown;
}

const steps: readonly Step[] = [
  { text: "set('user:1', 'Ada', { EX: 60 })", run: (redis) => redis.set('user:1', 'Ada', { EX: 60 }), expected: 'OK' },
  { text: "set('user:1', 'Grace', { GET: true })", run: (redis) => redis.set('user:1', 'Grace', { GET: true }), expected: 'Ada' },
  { text: "mset({ 'user:2': 'Edsger', … })", run: (redis) => redis.mset({ 'user:2': 'Edsger', 'user:3': 'Barbara' }), expected: 'OK' },
  {
    text: "mget(['user:1', 'user:2', 'user:4'])",
    run: (redis) => redis.mget(['user:1', 'user:2', 'user:4']),
    expected: ['Grace', 'Edsger', null],
  },
  { text: "hset('book:7', { title: 'Emma', … })", run: (redis) => redis.hset('book:7', { title: 'Emma', year: '1815' }), expected: 2 },
  { text: "hgetall('book:7')", run: (redis) => redis.hgetall('book:7'), expected: { title: 'Emma', year: '1815' } },
  { text: "rpush('jobs', ['mail', 'scan'])", run: (redis) => redis.rpush('jobs', ['mail', 'scan']), expected: 2 },
  { text: "lpop('jobs')", run: (redis) => redis.lpop('jobs'), expected: 'mail' },
  { text: "sadd('tags', ['new', 'hot', 'new'])", run: (redis) => redis.sadd('tags', ['new', 'hot', 'new']), expected: 2 },
  {
    text: "zadd('top', [{ member: 'a', score: 1.5 }])",
    run: (redis) => redis.zadd('top', [{ member: 'a', score: 1.5 }]),
    expected: 1,
  },
  { text: "zscore('top', 'a')", run: (redis) => redis.zscore('top', 'a'), expected: 1.5 },
  {
    text: "pipeline().get('user:2').incr('n').exec()",
    run: (redis) => redis.pipeline().get('user:2').incr('n').exec(),
    expected: ['Edsger', 1],
  },
  {
    text: "multi().incr('n').expire('n', 60).exec()",
    run: (redis) => redis.multi().incr('n').expire('n', 60).exec(),
    expected: [2, 1],
  },
];

/** One typed program, run on each topology. */
export async function showTypedCommands(report: Report, clients: readonly (readonly [name: string, redis: Redis])[]): Promise<void> {
  report.chapter('One typed program on every topology');
  for (const [at, [name, redis]] of clients.entries()) {
    const wrong: string[] = [];
    for (const { text, run, expected } of steps) {
      const reply = await run(redis).catch((error: unknown) => error);
      if (at === 0) report.line(`${text.padEnd(44)} ${show(reply)}`);
      if (!isDeepStrictEqual(plain(reply), expected)) wrong.push(`${text} gave ${show(reply)}`);
    }
    report.claim(wrong.length === 0, `${name}: ${steps.length - wrong.length} of ${steps.length} replies as expected`);
    for (const text of wrong) report.line(`  ${text}`);
  }
}

/** Prototypes aside: what the library makes of a map has none. */
function plain(reply: unknown): unknown {
  return typeof reply === 'object' && reply !== null && !Array.isArray(reply) ? { ...reply } : reply;
}

function show(reply: unknown): string {
  return reply instanceof Error
    ? `${reply.name}: ${reply.message}`
    : JSON.stringify(reply)
        .replaceAll('"', "'")
        .replaceAll(/([:,])/g, '$1 ');
}
