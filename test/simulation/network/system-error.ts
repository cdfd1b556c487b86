import { constants } from 'node:os';

/** Codes of getaddrinfo, which have no number in `os.constants.errno`: https://docs.libuv.org/en/v1.x/errors.html */
const RESOLVER: Readonly<Record<string, number>> = { ENOTFOUND: -3008, EAI_AGAIN: -3001 };

/** An error as Node makes it of what the kernel says. https://nodejs.org/api/errors.html#class-systemerror */
export function systemError(syscall: string, code: string, place: { readonly address?: string; readonly port?: number } = {}): Error {
  const at = place.address === undefined ? '' : ` ${place.address}${place.port === undefined ? '' : `:${place.port}`}`;
  const number = (constants.errno as Readonly<Record<string, number>>)[code];
  const errno = number === undefined ? RESOLVER[code] : -number;
  return Object.assign(new Error(`${syscall} ${code}${at}`), { errno, code, syscall, ...place });
}
