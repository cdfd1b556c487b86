import { Failure, OK, Status } from '../resp.js';
import type { CommandCall, CommandRule } from './rules.js';

export const connectionRules: Readonly<Record<string, CommandRule>> = {
  PING: { kind: 'none', arity: -1, always: true, run: ({ words }) => words[1] ?? new Status('PONG') },
  ECHO: { kind: 'none', arity: 2, always: true, run: ({ words }) => words[1] ?? '' },
  HELLO: { kind: 'none', arity: -1, always: true, notQueued: true, run: hello },
  CLIENT: { kind: 'none', arity: -2, always: true, run: client },
  READONLY: { kind: 'none', arity: 1, always: true, run: () => OK },
  INFO: { kind: 'none', arity: -1, always: true, run: ({ server }) => `# Server\r\nredis_version:${server.options.version}\r\n` },
};

function hello({ server, session, words }: CommandCall): ReturnType<CommandRule['run']> {
  if (words[1] === '2' || words[1] === '3') session.protocol = Number(words[1]) as 2 | 3;
  else if (words[1] !== undefined) return new Failure('NOPROTO unsupported protocol version');
  for (let at = 2; at < words.length; at++) if (words[at]?.toUpperCase() === 'SETNAME') session.name = words[at + 1] ?? '';
  const { product, version } = server.options;
  return new Map<string, string | number | []>([
    ['server', product],
    ['version', version],
    ['proto', session.protocol],
    ['id', session.id],
    ['mode', 'standalone'],
    ['role', 'master'],
    ['modules', []],
  ]);
}

function client({ server, session, words }: CommandCall): ReturnType<CommandRule['run']> {
  const subcommand = words[1]?.toUpperCase();
  if (subcommand === 'ID') return session.id;
  if (subcommand === 'INFO') return `id=${session.id} addr=10.0.0.100:${session.end.peerPort} laddr=${server.name} name=${session.name}\n`;
  if (subcommand === 'SETINFO' || subcommand === 'SETNAME') return OK;
  return new Failure(`ERR unknown subcommand '${words[1]}'. Try CLIENT HELP.`);
}
