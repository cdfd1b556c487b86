import assert from 'node:assert/strict';
import sinon from 'sinon';
import { DeploymentBus } from '../../../../lib/client/nodes/deployment-bus.js';
import { Later } from '../../../../lib/client/nodes/later.js';
import { Renewals } from '../../../../lib/client/nodes/renewals.js';
import type { Node } from '../../../../lib/pool/node.js';
import { clock } from '../../../../lib/util/clock.js';

type Act = 'refused' | 'moved' | 'ready' | 'known';

/** What happens at which time, in ms, and when the connections are made anew: `all` of them, or those that are ready. */
const cases: { name: string; acts: [at: number, act: Act][]; renewed: string[] }[] = [
  { name: 'are made anew at the first refusal', acts: [[0, 'refused']], renewed: ['0 ready'] },
  {
    name: 'stay at the refusals of the connections before',
    acts: [
      [0, 'refused'],
      [1, 'refused'],
      [30, 'refused'],
    ],
    renewed: ['0 ready'],
  },
  {
    name: 'are made anew once more after a while if the new ones lead to a replica as well',
    acts: [
      [0, 'refused'],
      [5, 'ready'],
      [6, 'refused'],
      [20, 'refused'],
    ],
    renewed: ['0 ready', '50 ready'],
  },
  {
    name: 'are made anew at each refusal that is late enough',
    acts: [
      [0, 'refused'],
      [50, 'refused'],
    ],
    renewed: ['0 ready', '50 ready'],
  },
  { name: 'are made anew at once where the address has moved, the unfinished ones too', acts: [[0, 'moved']], renewed: ['0 all'] },
  {
    name: 'stay where a probe has found a replica there as well',
    acts: [
      [0, 'refused'],
      [5, 'ready'],
      [6, 'known'],
      [7, 'refused'],
    ],
    renewed: ['0 ready'],
  },
  {
    name: 'are made anew after a while where the address has moved a moment after a refusal',
    acts: [
      [0, 'refused'],
      [7, 'moved'],
      [9, 'moved'],
    ],
    renewed: ['0 ready', '50 all'],
  },
  {
    name: 'are all made anew where the address moves while a renewal is due',
    acts: [
      [0, 'refused'],
      [5, 'ready'],
      [6, 'refused'],
      [7, 'moved'],
    ],
    renewed: ['0 ready', '50 all'],
  },
];

describe('connections to a fixed address', () => {
  let time: sinon.SinonFakeTimers;
  beforeEach(() => {
    time = sinon.useFakeTimers();
    sinon.stub(clock, 'now').callsFake(() => Date.now());
  });
  afterEach(() => {
    time.restore();
    sinon.restore();
  });

  for (const { name, acts, renewed } of cases) {
    it(name, () => {
      const found: string[] = [];
      const told: string[] = [];
      const node = {
        key: 'n',
        ready: false,
        renewedAt: Number.NEGATIVE_INFINITY,
        renew(all: boolean) {
          found.push(`${Date.now()} ${all ? 'all' : 'ready'}`);
          this.ready = false;
          return [];
        },
      };
      const bus = new DeploymentBus().on('renewed', (key) => told.push(key));
      const renewals = new Renewals(bus, new Later(), { leadsToReplica: () => isKnown });
      let isKnown = false;
      for (const [at, act] of acts) {
        time.tick(at - Date.now());
        if (act === 'ready') node.ready = true;
        else if (act === 'known') isKnown = true;
        else renewals[act](node as unknown as Node);
      }
      time.tick(1_000);
      assert.deepEqual(found, renewed);
      assert.equal(told.length, renewed.length, 'subscribers follow');
    });
  }
});
