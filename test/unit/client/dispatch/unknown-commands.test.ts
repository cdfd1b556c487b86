import assert from 'node:assert/strict';
import { UnknownCommands } from '../../../../lib/client/dispatch/unknown-commands.js';
import type { View } from '../../../../lib/client/view.js';
import { CommandRefusedError } from '../../../../lib/errors.js';
import type { CallExtras } from '../../../../lib/protocol/call-extras.js';
import { specOf } from '../../../../lib/protocol/catalog/specs.js';
import type { Arg, CommandSpec, Decode, Raw } from '../../../../lib/protocol/command-spec.js';

const sub = (name: string): Raw => [name, -3, ['write'], 2, 2, 1, [], [], [], []];
const bless = (...subcommands: string[]): Raw => ['bless', -2, [], 0, 0, 0, [], [], [], subcommands.map((name) => sub(`bless|${name}`))];

/** Nodes of a cluster with what each of them tells of a command; the first one is asked when any will do. */
class Asked {
  readonly questions: (number | 'any')[] = [];
  readonly unknown: UnknownCommands;

  constructor(readonly nodes: readonly (Raw | Error)[]) {
    const submit = async (_: CommandSpec, args: readonly Arg[], decode: Decode | null, __: View, extras: CallExtras | null = null) => {
      assert.deepEqual(args, ['BLESS']);
      const slot = extras?.target?.slot;
      this.questions.push(slot ?? 'any');
      const entry = this.nodes[slot ?? 0] ?? null;
      if (entry instanceof Error) throw entry;
      return decode?.([entry], args, 0);
    };
    const domains = { hasPatterns: false } as never; // nothing else of it is asked
    this.unknown = new UnknownCommands({ submit, domains }, () => nodes.map((_, slot) => ({ slot })));
  }

  firstKey(words: readonly Arg[], prefix: object | null = null): Promise<number> {
    const view = { prefix, domain: null, withMode: () => view } as unknown as View; // all that is asked of it
    const { spec, args } = specOf(words);
    return this.unknown.specOf(spec, args, view).then(({ firstKey }) => firstKey);
  }
}

describe('the facts of an unknown command', () => {
  it('are asked of any node, and kept', async () => {
    const asked = new Asked([bless('create'), null]);
    for (const word of ['CREATE', 'create']) assert.equal(await asked.firstKey(['BLESS', word, 'k']), 1);
    assert.deepEqual(asked.questions, ['any']);
  });

  it('are asked of every shard where that node does not know it', async () => {
    const asked = new Asked([null, new Error('down'), bless('create'), null]);
    for (let i = 0; i < 2; i++) assert.equal(await asked.firstKey(['BLESS', 'CREATE', 'k'], {}), 1);
    assert.deepEqual(asked.questions, ['any', 0, 1, 2, 3]);
  });

  it('are asked again where the node knows the container and not the subcommand', async () => {
    const asked = new Asked([bless('create'), bless('create', 'curse')]);
    assert.equal(await asked.firstKey(['BLESS', 'CREATE', 'k'], {}), 1);
    assert.equal(await asked.firstKey(['BLESS', 'CURSE', 'k'], {}), 1);
    assert.equal(await asked.firstKey(['BLESS', 'CURSE', 'k'], {}), 1);
    assert.deepEqual(asked.questions, ['any', 0, 1]);
  });

  it('are none where nobody knows it: with a prefix it is refused', async () => {
    const asked = new Asked([bless('create'), null]);
    assert.equal(await asked.firstKey(['BLESS', 'CURSE', 'k']), -1);
    await assert.rejects(asked.firstKey(['BLESS', 'CURSE', 'k'], {}), CommandRefusedError);
  });
});
