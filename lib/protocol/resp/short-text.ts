/** The longest text `shortText` knows. */
export const SHORT_TEXT = 24;

const text = String.fromCharCode;

/**
 * The string of `length` (0 to 24) ASCII bytes at `at`, or null if a byte is not ASCII. A native call costs some 45 ns however short the
 * text; `String.fromCharCode` with as many arguments as bytes takes 3 to 35 ns up to here and loses from 28 bytes on. Reading every byte
 * into a constant of its own is what makes it fast: a loop that collects the bits first takes 1.5 times as long at 16 bytes. The caller has
 * checked that the bytes are there, hence the casts.
 */
// biome-ignore format: a table, one case a length
export function shortText(b: Uint8Array, at: number, length: number): string | null {
  switch (length) {
    case 0:
      return '';
    case 1: {
      const c0 = b[at] as number;
      return c0 < 128 ? text(c0) : null;
    }
    case 2: {
      const c0 = b[at] as number, c1 = b[at + 1] as number;
      return (c0 | c1) < 128 ? text(c0, c1) : null;
    }
    case 3: {
      const c0 = b[at] as number, c1 = b[at + 1] as number, c2 = b[at + 2] as number;
      return (c0 | c1 | c2) < 128 ? text(c0, c1, c2) : null;
    }
    case 4: {
      const c0 = b[at] as number, c1 = b[at + 1] as number, c2 = b[at + 2] as number, c3 = b[at + 3] as number;
      return (c0 | c1 | c2 | c3) < 128 ? text(c0, c1, c2, c3) : null;
    }
    case 5: {
      const c0 = b[at] as number, c1 = b[at + 1] as number, c2 = b[at + 2] as number, c3 = b[at + 3] as number, c4 = b[at + 4] as number;
      return (c0 | c1 | c2 | c3 | c4) < 128 ? text(c0, c1, c2, c3, c4) : null;
    }
    case 6: {
      const c0 = b[at] as number, c1 = b[at + 1] as number, c2 = b[at + 2] as number, c3 = b[at + 3] as number, c4 = b[at + 4] as number,
        c5 = b[at + 5] as number;
      return (c0 | c1 | c2 | c3 | c4 | c5) < 128 ? text(c0, c1, c2, c3, c4, c5) : null;
    }
    case 7: {
      const c0 = b[at] as number, c1 = b[at + 1] as number, c2 = b[at + 2] as number, c3 = b[at + 3] as number, c4 = b[at + 4] as number,
        c5 = b[at + 5] as number, c6 = b[at + 6] as number;
      return (c0 | c1 | c2 | c3 | c4 | c5 | c6) < 128 ? text(c0, c1, c2, c3, c4, c5, c6) : null;
    }
    case 8: {
      const c0 = b[at] as number, c1 = b[at + 1] as number, c2 = b[at + 2] as number, c3 = b[at + 3] as number, c4 = b[at + 4] as number,
        c5 = b[at + 5] as number, c6 = b[at + 6] as number, c7 = b[at + 7] as number;
      return (c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7) < 128 ? text(c0, c1, c2, c3, c4, c5, c6, c7) : null;
    }
    case 9: {
      const c0 = b[at] as number, c1 = b[at + 1] as number, c2 = b[at + 2] as number, c3 = b[at + 3] as number, c4 = b[at + 4] as number,
        c5 = b[at + 5] as number, c6 = b[at + 6] as number, c7 = b[at + 7] as number, c8 = b[at + 8] as number;
      return (c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8) < 128 ? text(c0, c1, c2, c3, c4, c5, c6, c7, c8) : null;
    }
    case 10: {
      const c0 = b[at] as number, c1 = b[at + 1] as number, c2 = b[at + 2] as number, c3 = b[at + 3] as number, c4 = b[at + 4] as number,
        c5 = b[at + 5] as number, c6 = b[at + 6] as number, c7 = b[at + 7] as number, c8 = b[at + 8] as number, c9 = b[at + 9] as number;
      return (c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9) < 128 ? text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9) : null;
    }
    case 11: {
      const c0 = b[at] as number, c1 = b[at + 1] as number, c2 = b[at + 2] as number, c3 = b[at + 3] as number, c4 = b[at + 4] as number,
        c5 = b[at + 5] as number, c6 = b[at + 6] as number, c7 = b[at + 7] as number, c8 = b[at + 8] as number, c9 = b[at + 9] as number,
        c10 = b[at + 10] as number;
      return (c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10) < 128 ? text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10) : null;
    }
    case 12: {
      const c0 = b[at] as number, c1 = b[at + 1] as number, c2 = b[at + 2] as number, c3 = b[at + 3] as number, c4 = b[at + 4] as number,
        c5 = b[at + 5] as number, c6 = b[at + 6] as number, c7 = b[at + 7] as number, c8 = b[at + 8] as number, c9 = b[at + 9] as number,
        c10 = b[at + 10] as number, c11 = b[at + 11] as number;
      return (c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11) < 128
        ? text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11) : null;
    }
    case 13: {
      const c0 = b[at] as number, c1 = b[at + 1] as number, c2 = b[at + 2] as number, c3 = b[at + 3] as number, c4 = b[at + 4] as number,
        c5 = b[at + 5] as number, c6 = b[at + 6] as number, c7 = b[at + 7] as number, c8 = b[at + 8] as number, c9 = b[at + 9] as number,
        c10 = b[at + 10] as number, c11 = b[at + 11] as number, c12 = b[at + 12] as number;
      return (c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12) < 128
        ? text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12) : null;
    }
    case 14: {
      const c0 = b[at] as number, c1 = b[at + 1] as number, c2 = b[at + 2] as number, c3 = b[at + 3] as number, c4 = b[at + 4] as number,
        c5 = b[at + 5] as number, c6 = b[at + 6] as number, c7 = b[at + 7] as number, c8 = b[at + 8] as number, c9 = b[at + 9] as number,
        c10 = b[at + 10] as number, c11 = b[at + 11] as number, c12 = b[at + 12] as number, c13 = b[at + 13] as number;
      return (c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13) < 128
        ? text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13) : null;
    }
    case 15: {
      const c0 = b[at] as number, c1 = b[at + 1] as number, c2 = b[at + 2] as number, c3 = b[at + 3] as number, c4 = b[at + 4] as number,
        c5 = b[at + 5] as number, c6 = b[at + 6] as number, c7 = b[at + 7] as number, c8 = b[at + 8] as number, c9 = b[at + 9] as number,
        c10 = b[at + 10] as number, c11 = b[at + 11] as number, c12 = b[at + 12] as number, c13 = b[at + 13] as number,
        c14 = b[at + 14] as number;
      return (c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13 | c14) < 128
        ? text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14) : null;
    }
    case 16: {
      const c0 = b[at] as number, c1 = b[at + 1] as number, c2 = b[at + 2] as number, c3 = b[at + 3] as number, c4 = b[at + 4] as number,
        c5 = b[at + 5] as number, c6 = b[at + 6] as number, c7 = b[at + 7] as number, c8 = b[at + 8] as number, c9 = b[at + 9] as number,
        c10 = b[at + 10] as number, c11 = b[at + 11] as number, c12 = b[at + 12] as number, c13 = b[at + 13] as number,
        c14 = b[at + 14] as number, c15 = b[at + 15] as number;
      return (c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13 | c14 | c15) < 128
        ? text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15) : null;
    }
    case 17: {
      const c0 = b[at] as number, c1 = b[at + 1] as number, c2 = b[at + 2] as number, c3 = b[at + 3] as number, c4 = b[at + 4] as number,
        c5 = b[at + 5] as number, c6 = b[at + 6] as number, c7 = b[at + 7] as number, c8 = b[at + 8] as number, c9 = b[at + 9] as number,
        c10 = b[at + 10] as number, c11 = b[at + 11] as number, c12 = b[at + 12] as number, c13 = b[at + 13] as number,
        c14 = b[at + 14] as number, c15 = b[at + 15] as number, c16 = b[at + 16] as number;
      return (c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13 | c14 | c15 | c16) < 128
        ? text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16) : null;
    }
    case 18: {
      const c0 = b[at] as number, c1 = b[at + 1] as number, c2 = b[at + 2] as number, c3 = b[at + 3] as number, c4 = b[at + 4] as number,
        c5 = b[at + 5] as number, c6 = b[at + 6] as number, c7 = b[at + 7] as number, c8 = b[at + 8] as number, c9 = b[at + 9] as number,
        c10 = b[at + 10] as number, c11 = b[at + 11] as number, c12 = b[at + 12] as number, c13 = b[at + 13] as number,
        c14 = b[at + 14] as number, c15 = b[at + 15] as number, c16 = b[at + 16] as number, c17 = b[at + 17] as number;
      return (c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13 | c14 | c15 | c16 | c17) < 128
        ? text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17) : null;
    }
    case 19: {
      const c0 = b[at] as number, c1 = b[at + 1] as number, c2 = b[at + 2] as number, c3 = b[at + 3] as number, c4 = b[at + 4] as number,
        c5 = b[at + 5] as number, c6 = b[at + 6] as number, c7 = b[at + 7] as number, c8 = b[at + 8] as number, c9 = b[at + 9] as number,
        c10 = b[at + 10] as number, c11 = b[at + 11] as number, c12 = b[at + 12] as number, c13 = b[at + 13] as number,
        c14 = b[at + 14] as number, c15 = b[at + 15] as number, c16 = b[at + 16] as number, c17 = b[at + 17] as number,
        c18 = b[at + 18] as number;
      return (c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13 | c14 | c15 | c16 | c17 | c18) < 128
        ? text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, c18) : null;
    }
    case 20: {
      const c0 = b[at] as number, c1 = b[at + 1] as number, c2 = b[at + 2] as number, c3 = b[at + 3] as number, c4 = b[at + 4] as number,
        c5 = b[at + 5] as number, c6 = b[at + 6] as number, c7 = b[at + 7] as number, c8 = b[at + 8] as number, c9 = b[at + 9] as number,
        c10 = b[at + 10] as number, c11 = b[at + 11] as number, c12 = b[at + 12] as number, c13 = b[at + 13] as number,
        c14 = b[at + 14] as number, c15 = b[at + 15] as number, c16 = b[at + 16] as number, c17 = b[at + 17] as number,
        c18 = b[at + 18] as number, c19 = b[at + 19] as number;
      return (c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13 | c14 | c15 | c16 | c17 | c18 | c19) < 128
        ? text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, c18, c19) : null;
    }
    case 21: {
      const c0 = b[at] as number, c1 = b[at + 1] as number, c2 = b[at + 2] as number, c3 = b[at + 3] as number, c4 = b[at + 4] as number,
        c5 = b[at + 5] as number, c6 = b[at + 6] as number, c7 = b[at + 7] as number, c8 = b[at + 8] as number, c9 = b[at + 9] as number,
        c10 = b[at + 10] as number, c11 = b[at + 11] as number, c12 = b[at + 12] as number, c13 = b[at + 13] as number,
        c14 = b[at + 14] as number, c15 = b[at + 15] as number, c16 = b[at + 16] as number, c17 = b[at + 17] as number,
        c18 = b[at + 18] as number, c19 = b[at + 19] as number, c20 = b[at + 20] as number;
      return (c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13 | c14 | c15 | c16 | c17 | c18 | c19 | c20) < 128
        ? text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, c18, c19, c20) : null;
    }
    case 22: {
      const c0 = b[at] as number, c1 = b[at + 1] as number, c2 = b[at + 2] as number, c3 = b[at + 3] as number, c4 = b[at + 4] as number,
        c5 = b[at + 5] as number, c6 = b[at + 6] as number, c7 = b[at + 7] as number, c8 = b[at + 8] as number, c9 = b[at + 9] as number,
        c10 = b[at + 10] as number, c11 = b[at + 11] as number, c12 = b[at + 12] as number, c13 = b[at + 13] as number,
        c14 = b[at + 14] as number, c15 = b[at + 15] as number, c16 = b[at + 16] as number, c17 = b[at + 17] as number,
        c18 = b[at + 18] as number, c19 = b[at + 19] as number, c20 = b[at + 20] as number, c21 = b[at + 21] as number;
      return (c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13 | c14 | c15 | c16 | c17 | c18 | c19 | c20 | c21) < 128
        ? text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, c18, c19, c20, c21) : null;
    }
    case 23: {
      const c0 = b[at] as number, c1 = b[at + 1] as number, c2 = b[at + 2] as number, c3 = b[at + 3] as number, c4 = b[at + 4] as number,
        c5 = b[at + 5] as number, c6 = b[at + 6] as number, c7 = b[at + 7] as number, c8 = b[at + 8] as number, c9 = b[at + 9] as number,
        c10 = b[at + 10] as number, c11 = b[at + 11] as number, c12 = b[at + 12] as number, c13 = b[at + 13] as number,
        c14 = b[at + 14] as number, c15 = b[at + 15] as number, c16 = b[at + 16] as number, c17 = b[at + 17] as number,
        c18 = b[at + 18] as number, c19 = b[at + 19] as number, c20 = b[at + 20] as number, c21 = b[at + 21] as number,
        c22 = b[at + 22] as number;
      return (c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13 | c14 | c15 | c16 | c17 | c18 | c19 | c20 | c21 | c22) < 128
        ? text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, c18, c19, c20, c21, c22) : null;
    }
    case 24: {
      const c0 = b[at] as number, c1 = b[at + 1] as number, c2 = b[at + 2] as number, c3 = b[at + 3] as number, c4 = b[at + 4] as number,
        c5 = b[at + 5] as number, c6 = b[at + 6] as number, c7 = b[at + 7] as number, c8 = b[at + 8] as number, c9 = b[at + 9] as number,
        c10 = b[at + 10] as number, c11 = b[at + 11] as number, c12 = b[at + 12] as number, c13 = b[at + 13] as number,
        c14 = b[at + 14] as number, c15 = b[at + 15] as number, c16 = b[at + 16] as number, c17 = b[at + 17] as number,
        c18 = b[at + 18] as number, c19 = b[at + 19] as number, c20 = b[at + 20] as number, c21 = b[at + 21] as number,
        c22 = b[at + 22] as number, c23 = b[at + 23] as number;
      return (c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13 | c14 | c15 | c16 | c17 | c18 | c19 | c20 | c21 | c22 | c23) < 128
        ? text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, c18, c19, c20, c21, c22, c23) : null;
    }
    default:
      return null;
  }
}
