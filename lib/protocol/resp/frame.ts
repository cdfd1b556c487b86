import type { Raw } from '../command-spec.js';
import { setField } from './map-reply.js';

/** Kinds of frames. Sets and, unless objects are asked for, maps are arrays. */
export const ARRAY = 0;
export const OBJECT = 1;
export const PUSH = 2;
/** Out-of-band data that no caller asked for: parsed and dropped. */
export const ATTRIBUTE = 3;

const NONE: Raw[] = [];

/** An aggregate whose elements are still to come. */
export class Frame {
  readonly items: Raw[];
  readonly object: { [field: string]: Raw } | null;
  /** Field of an object whose value comes next; null: a field comes next. */
  field: string | null = null;

  constructor(
    readonly kind: 0 | 1 | 2 | 3,
    /** Elements that have not come yet; a map counts two an entry. */
    public remaining: number,
    readonly parent: Frame | null,
  ) {
    this.items = kind === ARRAY || kind === PUSH ? [] : NONE;
    this.object = kind === OBJECT ? {} : null;
  }

  /** Puts one element in its place. */
  add(value: Raw): void {
    this.remaining -= 1;
    if (this.kind === ARRAY || this.kind === PUSH) this.items.push(value);
    else if (this.object !== null) this.addTo(this.object, value);
  }

  private addTo(object: { [field: string]: Raw }, value: Raw): void {
    if (this.field === null) {
      this.field = String(value);
      return;
    }
    setField(object, this.field, value);
    this.field = null;
  }

  get value(): Raw {
    return this.object ?? this.items;
  }
}
