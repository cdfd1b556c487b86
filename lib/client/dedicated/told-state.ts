import { command } from '../../protocol/catalog/specs.js';
import type { Arg, Command } from '../../protocol/command-spec.js';
import { argText } from '../../protocol/resp/text.js';

/** Parts of a connection's state, in the order in which a new connection is told of them: a user may only then do the rest. */
const PARTS = [
  'login',
  'protocol',
  'name',
  'library name',
  'library version',
  'database',
  'readonly',
  'capabilities',
  'import source',
  'no-evict',
  'no-touch',
  'tracking',
] as const;
type Part = (typeof PARTS)[number];

/** A part of the state, and what a new connection has to be told; null: nothing, that is how connections begin. */
type Told = readonly [part: Part, command: Command | null];

const say = (name: string, args: readonly Arg[] = []): Command => ({ spec: command(name), args, decode: null });
const isWord = (arg: Arg | undefined, word: string): boolean => arg !== undefined && argText(arg).toUpperCase() === word;

/** The state that a switch leaves: told where it is on, the beginning where it is off. */
const onOff =
  (part: Part, name: string) =>
  (args: readonly Arg[]): Told[] => [[part, isWord(args[0], 'OFF') ? null : say(name, args)]];
const kept =
  (part: Part, name: string) =>
  (args: readonly Arg[]): Told[] => [[part, say(name, args)]];

/**
 * What is remembered of a command that was answered without an error, by its name. What is not here leaves nothing behind: `ASKING` and
 * `CLIENT CACHING` are about the next command, transactions end with their connection.
 * https://redis.io/docs/latest/commands/reset/ lists what a connection has.
 */
const REMEMBERED: Readonly<Record<string, (args: readonly Arg[]) => readonly Told[]>> = {
  AUTH: kept('login', 'AUTH'),
  HELLO: ofHello,
  'CLIENT SETNAME': kept('name', 'CLIENT SETNAME'),
  'CLIENT SETINFO': (args) => [[isWord(args[0], 'LIB-VER') ? 'library version' : 'library name', say('CLIENT SETINFO', args)]],
  SELECT: kept('database', 'SELECT'),
  READONLY: kept('readonly', 'READONLY'),
  READWRITE: () => [['readonly', null]],
  'CLIENT CAPA': kept('capabilities', 'CLIENT CAPA'),
  'CLIENT IMPORT-SOURCE': onOff('import source', 'CLIENT IMPORT-SOURCE'),
  'CLIENT NO-EVICT': onOff('no-evict', 'CLIENT NO-EVICT'),
  'CLIENT NO-TOUCH': onOff('no-touch', 'CLIENT NO-TOUCH'),
  'CLIENT TRACKING': onOff('tracking', 'CLIENT TRACKING'),
};

/** `HELLO [version [AUTH user password] [SETNAME name]]`: https://redis.io/docs/latest/commands/hello/ */
function ofHello(args: readonly Arg[]): Told[] {
  const [version, ...rest] = args;
  const told: Told[] = version === undefined ? [] : [['protocol', say('HELLO', [version])]];
  for (let at = 0; at < rest.length; ) {
    const [word, first = '', second = ''] = rest.slice(at);
    if (isWord(word, 'AUTH')) told.push(['login', say('AUTH', [first, second])]);
    else if (isWord(word, 'SETNAME')) told.push(['name', say('CLIENT SETNAME', [first])]);
    at += isWord(word, 'AUTH') ? 3 : 2;
  }
  return told;
}

/** State that a connection was told by its user, and its successors have to be told again. */
export class ToldState {
  readonly #parts = new Map<Part, Command>();
  /** Its user has named it, or taken its name away. */
  #hasOwnName = false;

  /** `database`: the one in which connections begin. */
  constructor(private readonly database: number) {}

  /** Remembers what a command that was answered without an error has changed. */
  record(name: string, args: readonly Arg[]): void {
    if (name === 'RESET') {
      this.#parts.clear();
      this.#hasOwnName = false;
      if (this.database !== 0) this.#set('database', say('SELECT', [0]));
      return;
    }
    for (const [part, told] of REMEMBERED[name]?.(args) ?? []) this.#set(part, told);
  }

  /** What it belongs to has another name, which is that of the connection, too, unless it has its own. False: it has. */
  followName(name: string): boolean {
    if (!this.#hasOwnName) this.#parts.set('name', say('CLIENT SETNAME', [name]));
    return !this.#hasOwnName;
  }

  #set(part: Part, told: Command | null): void {
    if (part === 'name') this.#hasOwnName = true;
    if (told === null) this.#parts.delete(part);
    else this.#parts.set(part, told);
  }

  /** What a new connection has to be told before anything else, in order. */
  get commands(): readonly Command[] {
    return PARTS.flatMap((part) => this.#parts.get(part) ?? []);
  }
}
