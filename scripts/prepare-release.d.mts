export class ReleaseError extends Error {}

export interface Version {
  readonly core: readonly [major: number, minor: number, patch: number];
  readonly stage: string | null;
  readonly count: number;
}

export function parseVersion(text: string): Version;
export function compareVersions(a: string, b: string): number;
export function checkVersion(version: string, current: string): void;
export function releasedChangelog(text: string, version: string, date: string): string;
export function withPackageVersion(text: string, from: string, to: string): string;
export function withSourceVersion(text: string, from: string, to: string): string;
export function releaseFiles(read: (path: string) => string, version: string, date: string): Record<string, string>;
export function nextCommands(version: string, files: readonly string[]): string[];
