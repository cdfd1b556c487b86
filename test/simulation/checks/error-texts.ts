import type { CallError, CallRecord } from '../workloads/calls.js';
import type { Check, Evidence, Finding } from './check.js';
import { shownCall, shownOutcome } from './words.js';

/** Errors about one node: they say which. */
const OF_A_NODE: ReadonlySet<string> = new Set(['ConnectionLostError', 'ConnectError', 'ReplyError']);
/** Errors that commands meet on their way: their texts begin with the command. */
const OF_A_COMMAND: ReadonlySet<string> = new Set(['TimeoutError', 'ConnectionLostError', 'NoNodeError', 'AbortError', 'ClosedError']);

/** Errors say which command they are about, and which node where there is one. */
export const errorTexts: Check = {
  name: 'errors name command and node',
  rule: 'replies',
  find({ calls, books }: Evidence): Finding[] {
    const findings: Finding[] = [];
    // What servers were never sent is no command: a lease, a scan, `close()`.
    const commands = new Set(books.executions.map(({ words }) => words[0] ?? ''));
    for (const call of calls) {
      if (call.outcome?.ok !== false || call.outcome.error.executed === null) continue;
      const missing = missingIn(call, call.outcome.error, commands);
      if (missing !== null) {
        findings.push({
          at: call.settledAt ?? 0,
          text: `${shownCall(call)}, ${shownOutcome(call)}: its error does not name ${missing}`,
          calls: [call.id],
        });
      }
    }
    return findings;
  },
};

function missingIn({ words, traits }: CallRecord, { name, node, message, error }: CallError, commands: ReadonlySet<string>): string | null {
  const [command = ''] = words;
  const isCommand = traits.partOf === 0 && commands.has(command);
  if (isCommand && OF_A_COMMAND.has(name)) {
    if ((error as { readonly command?: unknown }).command !== command) return 'the command';
    if (!message.includes(command)) return 'the command in its text';
  }
  return OF_A_NODE.has(name) && node === null ? 'the node' : null;
}
