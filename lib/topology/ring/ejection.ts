import type { EjectOptions } from '../../options/topology.js';

/** Facts of a member that decide whether another one may be ejected. */
interface Weighed {
  readonly name: string;
  readonly weight: number;
  readonly ejected: boolean;
}

/** Rule by which members of a ring are ejected and come back. */
export class Ejection {
  ejections = 0;
  returns = 0;
  /** Failures in a row, by name. */
  readonly #failures = new Map<string, number>();
  /** Members that are being brought back. */
  readonly #returning = new Set<string>();

  /** `options` null: nobody is ejected. */
  constructor(private readonly options: EjectOptions | null) {}

  /** A look at the member failed, or a connection to it did. Returns whether it is to be ejected. */
  failed({ name, ejected }: Pick<Weighed, 'name' | 'ejected'>, members: readonly Weighed[]): boolean {
    if (this.options === null || ejected) return false;
    const failures = (this.#failures.get(name) ?? 0) + 1;
    this.#failures.set(name, failures);
    if (failures < this.options.after || !mayEject(name, members, this.options.most)) return false;
    this.#failures.delete(name);
    this.ejections++;
    return true;
  }

  answered(name: string): void {
    this.#failures.delete(name);
  }

  /** A look at an ejected member succeeded. Returns whether it serves again. */
  async bringBack(name: string, flush: () => Promise<void>): Promise<boolean> {
    if (this.#returning.has(name)) return false;
    this.#returning.add(name);
    try {
      if (this.options?.flush === true) await flush();
    } catch {
      // Its next look tries again.
      return false;
    } finally {
      this.#returning.delete(name);
    }
    this.#failures.delete(name);
    this.returns++;
    return true;
  }

  forget(name: string): void {
    this.#failures.delete(name);
  }
}

/** Whether one more may be ejected: the weight of all that are stays within `most`, a share, and somebody is left. */
export function mayEject(name: string, members: readonly Weighed[], most: number): boolean {
  const total = members.reduce((sum, { weight }) => sum + weight, 0);
  const out = members.filter((member) => member.ejected || member.name === name);
  return out.length < members.length && out.reduce((sum, { weight }) => sum + weight, 0) <= most * total;
}
