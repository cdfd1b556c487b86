import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import Mocha from 'mocha';

/** A process that leaked nothing ends by itself within so many looks, because one that stands still on a busy machine closes nothing. */
const looks = 500;
const lookEveryMs = 10;

/**
 * mocha's `spec` reporter, which also writes the counts, and what failed, to the file named by TEST_RESULT. A test counts once, by its final state: the leak
 * check may fail it after it has passed. Failed hooks count as failed.
 */
export default class Reporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const passed = new Set();
    const failed = new Set();
    let skipped = 0;
    runner.on('pass', (test) => passed.add(test));
    runner.on('pending', () => {
      skipped++;
    });
    runner.on('fail', (test) => {
      passed.delete(test);
      failed.add(test);
    });
    runner.once('end', () => {
      const file = process.env.TEST_RESULT;
      if (file === undefined) return;
      const failures = [...failed].map((test) => `${relative(process.cwd(), test.file ?? '')}: ${test.fullTitle()}`);
      const counts = { passed: passed.size, failed: failed.size, skipped, failures };
      writeFileSync(file, JSON.stringify(counts));
      let looked = 0;
      const look = () => {
        looked++;
        if (looked < looks) {
          setTimeout(look, lookEveryMs).unref();
          return;
        }
        const text = `Something keeps the process alive after the tests: ${process.getActiveResourcesInfo().join(', ')}`;
        console.error(text);
        writeFileSync(file, JSON.stringify({ ...counts, failed: counts.failed + 1, failures: [...failures, text] }));
        process.exit(1);
      };
      look();
    });
  }
}
