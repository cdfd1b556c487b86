export interface Statement {
  readonly rival: string;
  readonly version: string;
  readonly what: string;
  readonly text: string;
  readonly source: string;
  readonly name?: string;
}

export const rivals: Readonly<Record<string, { readonly package: string; readonly version: string; readonly source: string }>>;
export function statements(): Statement[];
export function readmeTable(): string;
export function comparisonPage(): string;
