import assert from 'node:assert/strict';
import { Learning } from '../../../../lib/client/dedicated/learning.js';
import { command, unknownCommand } from '../../../../lib/protocol/catalog/specs.js';

describe('the learning of unknown commands', () => {
  const GET = command('GET');
  const NEW = unknownCommand('NEW');

  it('keeps the order in which commands are issued, and waits for no reply', async () => {
    const learning = new Learning();
    const issued: string[] = [];
    const issue = (name: string) => async () => {
      issued.push(name);
      return name === 'first' ? new Promise(() => {}) : name;
    };
    let learn: () => void = () => {};
    const learnt = new Promise<typeof GET>((resolve) => {
      learn = () => resolve(GET);
    });
    void learning.run(NEW, () => learnt, issue('first'));
    const rest = [
      learning.run(GET, assert.fail, issue('second')),
      learning.run(NEW, async () => GET, issue('third')),
      learning.run(GET, assert.fail, issue('fourth')),
    ];
    assert.deepEqual(issued, []);
    learn();
    assert.deepEqual(await Promise.all(rest), ['second', 'third', 'fourth']);
    assert.deepEqual(issued, ['first', 'second', 'third', 'fourth']);
    void learning.run(GET, assert.fail, issue('fifth'));
    assert.equal(issued.at(-1), 'fifth', 'at once');
  });

  it('fails the command that cannot be learnt, and no other', async () => {
    const learning = new Learning();
    const failing = learning.run(
      NEW,
      () => Promise.reject(new Error('unknown')),
      async () => assert.fail(),
    );
    const next = learning.run(GET, assert.fail, async () => 'value');
    await assert.rejects(failing, { message: 'unknown' });
    assert.equal(await next, 'value');
  });
});
