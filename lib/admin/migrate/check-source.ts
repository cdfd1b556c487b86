import type { Creation, Difference, MethodCall, Shape, SourceFacts } from './facts.js';
import { HABITS, REPLIES, SAME } from './habits.js';
import { eventRefusal, isNativeCommand, refusalOf } from './native-calls.js';
import { OPTION_HABITS } from './option-habits.js';

const BATCHES: readonly string[] = ['pipeline', 'multi', 'batch'];
const LISTENING: readonly string[] = ['on', 'once', 'addListener', 'prependListener'];
const EXEC = 'exec() gives the replies themselves and rejects with the first error; exec({ errors: "inline" }) has errors in their places';

/** Finds what would mean something else with slotwise itself, in the order of the file. */
export async function checkSource({ calls, creations }: SourceFacts): Promise<readonly Difference[]> {
  const ofCalls = await Promise.all(
    calls.map(async (call) => {
      const natively = await nativeOf(call);
      return natively === null ? [] : [{ at: call.at, what: [...call.before.map((name) => `${name}()`), call.method].join('.'), natively }];
    }),
  );
  const findings = [...creations.flatMap(optionsOf), ...ofCalls.flat()];
  return findings.sort((a, b) => a.at.line - b.at.line || a.at.column - b.at.column);
}

/** What a call is natively; null: the same. */
async function nativeOf(call: MethodCall): Promise<string | null> {
  const { client, method, args, before } = call;
  const inBatch = before.some((name) => BATCHES.includes(name));
  if (LISTENING.includes(method)) return ofListener(args[0]);
  if (method === 'exec') return client === 'ioredis' && inBatch ? EXEC : null;
  if (BATCHES.includes(method) && args.length > 0)
    return `${method}() takes nothing: commands are added by its methods, and MULTI by hand is for lease() or dedicated()`;
  const habit = own(HABITS[client], method);
  if (habit !== undefined && !inBatch) return habit;
  if (SAME[client].includes(method) || BATCHES.includes(method)) return null;
  return ofCommand(call);
}

function ofListener(event: Shape | undefined): string | null {
  return event?.kind === 'text' ? eventRefusal(event.value) : null;
}

async function ofCommand({ client, method, args }: MethodCall): Promise<string | null> {
  if (client === 'ioredis' && method.endsWith('Buffer') && isNativeCommand(method.slice(0, -6)))
    return `with({ buffers: true }).${method.slice(0, -6)}(…)`;
  const native = nativeName(method, args);
  if (native === null)
    return `no method: call('${method.toUpperCase()}', …) sends any command; a script of your own is defineScript() with script()`;
  if (native.name !== method) return `${native.name}(…)`;
  const refusal = await refusalOf(native.name, args);
  const reply = own(REPLIES[client], native.name);
  return refusal ?? (reply === undefined ? null : `${native.name}: ${reply}`);
}

/** Native name of a method: of a subcommand that is an argument there, too. Null: there is none. */
function nativeName(method: string, args: readonly Shape[]): { readonly name: string } | null {
  const [first] = args;
  if (first?.kind === 'text') {
    const [word = '', ...words] = first.value.toLowerCase().split(/[-_ ]/);
    const name = [method.toLowerCase(), word, ...words]
      .map((each, at) => (at === 0 ? each : each.charAt(0).toUpperCase() + each.slice(1)))
      .join('');
    if (!isNativeCommand(method.toLowerCase()) && isNativeCommand(name)) return { name };
  }
  return [method, method.toLowerCase()].filter(isNativeCommand).map((name) => ({ name }))[0] ?? null;
}

function optionsOf({ at, client, name, args }: Creation): readonly Difference[] {
  const made = name === 'default' ? 'new Redis' : /^[A-Z]/.test(name) ? `new ${name}` : name;
  const given = args.find((arg) => arg.kind === 'object');
  const fields = given?.kind === 'object' ? Object.keys(given.fields) : [];
  const first = args[0];
  const place =
    first?.kind === 'number' || args.length > 1
      ? [{ at, what: made, natively: "createClient({ topology: single('redis://host:port') })" }]
      : [];
  return [
    ...place,
    ...fields.map((field) => ({ at, what: `${made}: ${field}`, natively: own(OPTION_HABITS[client], field) ?? 'no counterpart' })),
  ];
}

function own(table: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
