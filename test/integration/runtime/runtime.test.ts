import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { compiled, loaderArgs } from '../../support/compiled.js';

const execute = promisify(execFile);
const entries = ['lib/index.ts', 'lib/admin/index.ts'] as const;

describe('the runtime', () => {
  for (const entry of entries) {
    it(`loads sockets with ${entry}, and neither TLS nor the resolver before one is used`, async function () {
      // What takes TypeScript loads more of Node by itself.
      if (loaderArgs.length > 0) return this.skip();
      const file = await compiled(entry, entries);
      const program = `import(${JSON.stringify(file)}).then(() => console.log(JSON.stringify(process.moduleLoadList)))`;
      const { stdout } = await execute(process.execPath, ['-e', program]);
      const loaded: unknown = JSON.parse(stdout);
      assert.ok(Array.isArray(loaded));
      const names = ['net', 'tls', '_tls_wrap', 'dns', 'dns/promises', 'internal/dns/promises'];
      assert.deepEqual(
        names.filter((name) => loaded.includes(`NativeModule ${name}`)),
        ['net'],
      );
    });
  }
});
