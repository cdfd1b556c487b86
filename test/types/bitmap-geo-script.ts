import type { Redis } from '../../lib/api/redis.js';
import type { BitfieldOperation } from '../../lib/commands/data/bitmap.js';
import type { GeoCoordinates } from '../../lib/commands/data/geo.js';
import type { FunctionLibrary } from '../../lib/commands/scripting/function.js';
import type { Raw } from '../../lib/protocol/command-spec.js';
import { reply } from './expect.js';

declare const redis: Redis;
declare const bytes: Redis<Buffer, bigint>;
declare const flag: boolean;
declare const operations: BitfieldOperation[];

reply(redis.bitop('NOT', 'd', 'a')).is<number>();
// @ts-expect-error NOT takes one key
redis.bitop('NOT', 'd', ['a', 'b']);
// @ts-expect-error a bit is 0 or 1
redis.setbit('k', 0, 2);
// @ts-expect-error no such unit
redis.bitcount('k', 0, 1, 'WORD');

reply(
  bytes.bitfield('k', [
    { GET: 'u8', offset: 0 },
    { SET: 'i5', offset: '#1', value: 1, OVERFLOW: 'SAT' },
    { INCRBY: 'u2', offset: 0, increment: 1, OVERFLOW: 'FAIL' },
    { INCRBY: 'u2', offset: 0, increment: 1 },
  ]),
).is<[bigint, bigint, bigint | null, bigint]>();
reply(redis.bitfield('k', operations)).is<(number | null)[]>();
// @ts-expect-error no encoding
redis.bitfield('k', [{ GET: 'x8', offset: 0 }]);
// @ts-expect-error nothing is written, nothing overflows
redis.bitfield('k', [{ GET: 'u8', offset: 0, OVERFLOW: 'FAIL' }]);
// @ts-expect-error one thing at a time
redis.bitfield('k', [{ GET: 'u8', SET: 'u8', offset: 0, value: 1 }]);

reply(redis.pfdebug('GETREG', 'k')).is<number[]>();
reply(bytes.pfdebug('DECODE', 'k')).is<Buffer>();

const area = { FROMMEMBER: 'a', BYRADIUS: { radius: 1, unit: 'KM' } } as const;
reply(bytes.geosearch('k', area)).is<Buffer[]>();
redis.geosearch('k', { ...area, WITHDIST: true }).then(([first]) => {
  const member: string | undefined = first?.member;
  const distance: number | undefined = first?.distance;
  // @ts-expect-error only what was asked for
  return [member, distance, first?.hash];
});
bytes.geosearch('k', { ...area, WITHCOORD: true, WITHHASH: true }).then(([first]) => {
  const hash: bigint | undefined = first?.hash;
  const coordinates: GeoCoordinates | undefined = first?.coordinates;
  return [hash, coordinates];
});
redis.geosearch('k', { ...area, WITHDIST: flag }).then(([first]) => {
  // @ts-expect-error perhaps a member alone
  return first?.distance;
});
// @ts-expect-error from one place
redis.geosearch('k', { ...area, FROMLONLAT: { longitude: 1, latitude: 1 } });
// @ts-expect-error from somewhere
redis.geosearch('k', { BYRADIUS: { radius: 1, unit: 'KM' } });
// @ts-expect-error ANY goes with COUNT
redis.geosearch('k', { ...area, ANY: true });
// @ts-expect-error no such unit
redis.geosearch('k', { FROMMEMBER: 'a', BYRADIUS: { radius: 1, unit: 'km' } });
// @ts-expect-error no such option
redis.geosearch('k', { ...area, WITHDISTANCE: true });
reply(redis.georadius('k', 1, 2, 3, 'M')).is<string[]>();
reply(bytes.georadius('k', 1, 2, 3, 'M', { STORE: 'd' })).is<bigint>();
redis.georadius('k', 1, 2, 3, 'M', { WITHDIST: true }).then(([first]) => first?.distance.toFixed());
// @ts-expect-error what is stored has no distance to tell
redis.georadius('k', 1, 2, 3, 'M', { STORE: 'd', WITHDIST: true });

reply(redis.eval('return 1')).is<Raw>();
reply(redis.eval<number>('return 1', ['k'], ['a'])).is<number>();
reply(redis.fcall<string>('f')).is<string>();
reply(redis.functionList()).is<FunctionLibrary<string>[]>();
reply(bytes.functionList({ WITHCODE: true })).is<(FunctionLibrary<Buffer> & { library_code: Buffer })[]>();
reply(redis.functionDump()).is<Buffer>();
