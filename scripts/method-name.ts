/** The method of a command: `XINFO STREAM` → `xinfoStream`, `CLIENT NO-EVICT` → `clientNoEvict` */
export function methodName(commandName: string): string {
  return commandName.toLowerCase().replace(/[ -](.)/g, (_, letter: string) => letter.toUpperCase());
}
