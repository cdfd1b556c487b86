import type { NodeFacts } from './node-facts.js';
import type { Problem } from './problem.js';
import { type ServerContext, serverOf } from './server.js';
import { SERVER_RULES } from './server-rules.js';

/** How many servers a text names. */
const NAMES = 8;

/** What is wrong with one server, whatever the topology. */
export function serverProblems(name: string, facts: NodeFacts, context: ServerContext = {}): Problem[] {
  const server = serverOf(facts, context);
  return SERVER_RULES.flatMap(({ severity, kind, find }): Problem[] => {
    const what = find(server);
    return what === null ? [] : [{ severity, kind, text: `${name}: ${what}`, nodes: [name] }];
  });
}

/** One problem for all servers that have the same: a large cluster would fill the screen with a line a node. */
export function folded(problems: readonly Problem[]): Problem[] {
  const groups = new Map<string, Problem>();
  for (const problem of problems) {
    const { severity, kind, text, nodes: [name, ...more] = [] } = problem;
    const what = name !== undefined && more.length === 0 && text.startsWith(`${name}: `) ? text.slice(name.length + 2) : null;
    const key = `${severity} ${kind} ${what ?? `${groups.size} ${text}`}`;
    const nodes = [...(groups.get(key)?.nodes ?? []), ...(problem.nodes ?? [])];
    groups.set(key, what === null ? problem : { ...problem, nodes, text: `${namesText(nodes)}: ${what}` });
  }
  return [...groups.values()];
}

/** Names in order, of many only the first. */
export function namesText(names: readonly string[]): string {
  const more = names.length > NAMES ? ` and ${names.length - NAMES} more` : '';
  return `${[...names].sort().slice(0, NAMES).join(', ')}${more}`;
}
