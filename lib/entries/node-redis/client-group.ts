import type { Redis } from '../../index.js';
import type { Group } from './engine-group.js';

/** A client that a program made, in the place of one that objects of this entry share. Nobody here ends it. */
export class ClientGroup implements Group {
  constructor(readonly foreign: Redis) {}

  enter(): Redis {
    // What a program wants of replies for itself is another matter.
    return this.foreign.duplicate().with({ buffers: false, integers: 'number' });
  }

  async leave(): Promise<void> {}

  abandon(): void {}
}
