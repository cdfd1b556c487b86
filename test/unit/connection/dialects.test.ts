import assert from 'node:assert/strict';
import sinon from 'sinon';
import { Dialects } from '../../../lib/connection/dialects.js';

const key = '10.0.0.1:22121';

describe('the dialects of addresses', () => {
  let time: sinon.SinonFakeTimers;
  beforeEach(() => {
    time = sinon.useFakeTimers();
  });
  afterEach(() => time.restore());

  it('are unknown before the first connection, each address for itself', () => {
    const dialects = new Dialects();
    assert.equal(dialects.of(key), 'unknown');
    dialects.learnt(key, 'hello');
    assert.equal(dialects.of(key), 'hello');
    assert.equal(dialects.of('10.0.0.2:22121'), 'unknown');
  });

  it('are plain for ten minutes, however often that shows meanwhile', () => {
    const dialects = new Dialects();
    dialects.learnt(key, 'plain');
    time.tick(599_000);
    assert.equal(dialects.of(key), 'plain');
    dialects.learnt(key, 'plain');
    time.tick(1_001);
    assert.equal(dialects.of(key), 'unknown');
    assert.equal(dialects.hasPlain, true, 'connections from before are');
    dialects.learnt(key, 'hello');
    assert.equal(dialects.hasPlain, false);
  });

  it('are HELLO until the address closes at it', () => {
    const dialects = new Dialects();
    dialects.learnt(key, 'hello');
    time.tick(3_600_000);
    assert.equal(dialects.of(key), 'hello');
    dialects.forget(key);
    assert.equal(dialects.of(key), 'unknown');
  });

  it('are plain for good where the option says so', () => {
    const dialects = new Dialects('plain');
    dialects.learnt(key, 'hello');
    dialects.forget(key);
    assert.equal(dialects.of(key), 'plain');
  });
});
