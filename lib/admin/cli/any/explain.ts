import { findCommand } from '../../../protocol/catalog/specs.js';
import { suggest } from '../../../util/suggestion.js';
import { commandWithoutKey } from '../../explain/missing-key.js';
import { type OptionsFile, readOptions } from '../../explain/options-file.js';
import { targetWords } from '../../explain/target-words.js';
import { count } from '../../slot-list.js';
import type { Command, CommandContext, CommandResult } from '../command.js';
import { EXIT } from '../exit-code.js';
import { explainJson, explainText } from '../explain-text.js';
import { readGivenFile } from '../given-file.js';
import { textOption } from '../option-values.js';
import { line } from '../render.js';
import { namesFile, readTopologyFile } from '../topology-file.js';
import { UsageError } from '../usage-error.js';

const EXPECTED = 'slotwise explain URL|FILE COMMAND KEY…';
const NO_FILE: OptionsFile = { options: {}, mistakes: [] };

export const explain: Command = {
  name: 'explain',
  usage: 'URL|FILE COMMAND KEY…',
  what: 'Where a client would send a command, and why. Nothing of it is sent.',
  options: {
    options: { value: 'FILE', what: 'options of the client as JSON; with a topology in it no URL is needed' },
    domain: { value: 'NAME', what: 'domain that the program names (that of the keys)' },
  },
  words: [1, 10_000],
  async run(context) {
    const { options, words } = context;
    const path = textOption(options.options);
    const { options: given, mistakes } = path === undefined ? NO_FILE : readOptions(readGivenFile(path, '--options').toString());
    if (path !== undefined && mistakes.length > 0) return mistaken(context, path, mistakes);
    const [first = '', ...rest] = words;
    const named = namesFile(first) ? readTopologyFile(first, 'URL') : null;
    const file = named === null ? given : { ...given, ...named.options, topology: named.topology };
    if (file.topology === undefined && isCommand(first)) throw new UsageError(`expected a URL before the command: ${EXPECTED}`);
    const target =
      named === null ? targetWords(words, file) : { options: { ...file, topology: named.topology }, isUnknown: false, command: rest };
    if (target === null || target.command.length === 0) throw new UsageError(`expected: ${EXPECTED}`);
    const keyless = target.command[0] === '' ? null : commandWithoutKey(target.command);
    if (keyless !== null) throw new UsageError(`${keyless} goes where its key is, and none is given: ${EXPECTED}`);
    const domain = textOption(options.domain) ?? null;
    if (domain !== null && !Object.hasOwn(file.domains ?? {}, domain)) {
      const known = Object.keys(file.domains ?? {});
      const hint = known.length === 0 ? 'there are none; --options FILE has them' : suggest(domain, known);
      throw new UsageError(`--domain: there is no domain ${domain}; ${hint}`);
    }
    const { username, password, tls } = { ...file, ...target.options.topology.url };
    const login = { ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }) };
    const access = context.access({ ...login, ...(tls === undefined ? {} : { tls }) });
    // The whole client: other commands start faster without it.
    const { Explainer } = await import('../../explain/explain.js');
    const explainer = context.use(new Explainer());
    const request = { ...target, options: { ...target.options, ...access }, domain, words: target.command };
    const explained = await explainer.explain(request);
    return { code: EXIT.ok, text: explainText(explained), json: explainJson(explained) };
  },
};

/** A word that is a command where a URL should stand. */
function isCommand(word: string): boolean {
  return findCommand(word.toUpperCase()) !== undefined;
}

/** What is wrong with the file, a line a mistake. */
function mistaken({ json, process }: CommandContext, path: string, mistakes: readonly string[]): CommandResult {
  if (!json) for (const mistake of mistakes) process.stderr.write(line(`slotwise: ${path}: ${mistake}`));
  const message = `${path}: ${count(mistakes.length, 'mistake')}`;
  return { code: EXIT.usage, text: '', json: { error: { code: 'ERR_USAGE', message, mistakes }, exitCode: EXIT.usage } };
}
