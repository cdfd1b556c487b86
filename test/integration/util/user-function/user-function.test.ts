import sinon from 'sinon';
import { assertNoPendingCommands } from '../../client/scripted.js';
import { MISBEHAVIOURS } from './misbehaviours.js';
import { ROWS } from './rows.js';
import { Scene } from './scene.js';

describe("a user's function", () => {
  beforeEach(() => {
    // What event listeners throw becomes a warning.
    sinon.stub(process, 'emitWarning');
  });
  afterEach(async () => {
    sinon.restore();
    await assertNoPendingCommands();
  });

  for (const row of new Set(Object.values(ROWS))) {
    const name = Object.keys(ROWS)
      .filter((one) => ROWS[one as keyof typeof ROWS] === row)
      .join(', ');
    for (const [what, bad] of Object.entries(MISBEHAVIOURS)) {
      it(`${name} that ${what} harms its own call only`, async () => {
        await using scene = await Scene.open();
        await row(bad, scene);
      });
    }
  }
});
