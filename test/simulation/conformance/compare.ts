import type { Conversation, Host } from './conversation.js';
import { printTree } from './reply-tree.js';
import { type ConformanceScript, stepsOf } from './script.js';

/** A line whose reply differs. */
export interface Difference {
  readonly script: string;
  readonly line: string;
  readonly real: string;
  readonly model: string;
}

/** Runs a script, and returns the reply of each line that reads. */
export async function replies(host: Host, script: ConformanceScript, protocol: 2 | 3): Promise<string[]> {
  const open = new Map<string, { readonly conversation: Conversation; readonly id: string }>();
  const ask = async (conversation: Conversation, words: readonly string[]): Promise<string> => {
    conversation.send(words);
    return printTree(await conversation.next());
  };
  const connection = async (name: string): Promise<{ readonly conversation: Conversation; readonly id: string }> => {
    const known = open.get(name);
    if (known !== undefined) return known;
    const conversation = await host.open();
    if (protocol === 3) await ask(conversation, ['HELLO', '3']);
    const opened = { conversation, id: (await ask(conversation, ['CLIENT', 'ID'])).slice(1) };
    open.set(name, opened);
    return opened;
  };
  const printed: string[] = [];
  try {
    const { conversation } = await connection('a');
    for (const words of [['FLUSHALL'], ['SCRIPT', 'FLUSH'], ['CONFIG', 'SET', 'notify-keyspace-events', '']])
      await ask(conversation, words);
    for (const step of stepsOf(script)) {
      if (step.waits > 0) {
        await host.wait(step.waits);
        continue;
      }
      const { conversation: here, id } = await connection(step.connection);
      if (step.words !== null) here.send(await filled(step.words, host, connection));
      if (step.reads) printed.push(printTree(await here.next(), step.compares));
      if (step.blocks) await here.untilBlocked(id);
    }
  } finally {
    for (const { conversation } of open.values()) conversation.close();
  }
  return printed;
}

/** With the ids of connections, and the address of the server. */
async function filled(
  words: readonly string[],
  host: Host,
  connection: (name: string) => Promise<{ readonly id: string }>,
): Promise<readonly string[]> {
  const all: string[] = [];
  for (const word of words) {
    const [, name] = /^\{(\w+)\}$/.exec(word) ?? [];
    if (name === undefined) all.push(word);
    else if (name === 'host') all.push(host.host);
    else if (name === 'port') all.push(String(host.port));
    else all.push((await connection(name)).id);
  }
  return all;
}

/** Lines to which the model answers otherwise than a real server. */
export async function differences(real: Host, model: Host, script: ConformanceScript, protocol: 2 | 3): Promise<Difference[]> {
  const [expected, actual] = [await replies(real, script, protocol), await replies(model, script, protocol)];
  const reading = stepsOf(script).filter(({ reads }) => reads);
  return reading.flatMap(({ line }, at) => {
    const [right = 'nothing', ours = 'nothing'] = [expected[at], actual[at]];
    return right === ours ? [] : [{ script: script.name, line, real: right, model: ours }];
  });
}
