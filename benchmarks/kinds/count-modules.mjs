/** `count-modules.mjs import|require <module>` prints how many files the module loads: ES modules by a loader hook, the rest by the cache of require. */
import { createRequire, register } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { MessageChannel } from 'node:worker_threads';

const [how, target] = process.argv.slice(2);
const require = createRequire(`${process.cwd()}/`);
const files = new Set();

if (how === 'import') {
  const { port1, port2 } = new MessageChannel();
  port1.on('message', (url) => url.startsWith('file:') && files.add(fileURLToPath(url)));
  const hooks = `let port;
    export const initialize = (given) => { port = given; };
    export const load = (url, context, next) => { port.postMessage(url); return next(url, context); };`;
  register(`data:text/javascript,${encodeURIComponent(hooks)}`, { data: port2, transferList: [port2] });
  await import(target);
  await sleep(50);
} else {
  require(target);
}
for (const file of Object.keys(require.cache)) files.add(file);
console.log(files.size);
process.exit();
