// Required by mocha where several processes, the lanes, share one run: every lane loads all test files, and runs those that it is the first to
// claim when their turn comes. So no lane waits for another before the last file, whatever a file takes.
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import Mocha from 'mocha';

/** The folder of the claims: an empty file for each test file. */
const folder = process.env.TEST_CLAIMS;
const own = new Set();

function claims(file) {
  if (own.has(file)) return true;
  try {
    writeFileSync(`${folder}/${relative(process.cwd(), file).replaceAll(/[/\\]/g, '+')}`, '', { flag: 'wx' });
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
  own.add(file);
  return true;
}

const { runSuite } = Mocha.Runner.prototype;
Mocha.Runner.prototype.runSuite = function (suite, next) {
  if (!suite.parent?.root || claims(suite.file)) runSuite.call(this, suite, next);
  // As mocha does where it skips many: thousands of calls in each other are too many.
  else Mocha.Runner.immediately(next);
};
