import assert from 'node:assert/strict';
import { GeoCommands } from '../../lib/commands/data/geo.js';
import { GeoradiusCommands } from '../../lib/commands/data/georadius.js';
import { FunctionCommands } from '../../lib/commands/scripting/function.js';
import { ScriptCommands } from '../../lib/commands/scripting/script.js';
import { PubsubCommands } from '../../lib/commands/server/pubsub.js';
import { createClient, single } from '../../lib/index.js';
import { Server } from '../support/server.js';
import { describeLive, refusal } from './live-commands.js';

const sha1 = 'e0e1f9fabfc9d4800c877a703b823ac0578ff8db';
const code = `#!lua name=lib
redis.register_function{
  function_name = 'echo',
  description = 'Gives its argument.',
  callback = function(keys, args) return args[1] end,
  flags = {'no-writes'},
}`;
const listed = {
  library_name: 'lib',
  engine: 'LUA',
  functions: [{ name: 'echo', description: 'Gives its argument.', flags: ['no-writes'] }],
};

describeLive(
  [ScriptCommands, FunctionCommands, PubsubCommands],
  [
    [(redis) => redis.scriptFlush(), 'OK'],
    [(redis) => redis.scriptFlush({ ASYNC: true }), 'OK'],
    [(redis) => redis.scriptFlush({ SYNC: true }), 'OK'],
    [(redis) => redis.scriptLoad('return 1'), sha1],
    [(redis) => redis.scriptExists([sha1, 'none']), [1, 0]],
    [(redis) => redis.scriptShow(sha1), 'return 1'],
    [(redis) => redis.evalsha(sha1), 1],
    [(redis) => redis.evalsha_ro(sha1, ['k'], [1]), 1],
    [(redis) => refusal(redis.evalsha('none')), (text: string) => assert.match(text, /^NOSCRIPT /)],
    [
      (redis) => redis.eval("return {KEYS[1], ARGV[1], redis.call('INCRBY', KEYS[1], ARGV[2]), false}", ['k'], ['a', 5]),
      ['k', 'a', 5, null],
    ],
    [(redis) => redis.eval_ro("return redis.call('GET', KEYS[1])", ['k']), '5'],
    [(redis) => refusal(redis.scriptKill()), (text: string) => assert.match(text, /^NOTBUSY /)],
    [(redis) => redis.scriptHelp(), ([first]: string[]) => assert.match(String(first), /^SCRIPT/)],

    [(redis) => redis.functionFlush(), 'OK'],
    [(redis) => redis.functionLoad(code), 'lib'],
    [(redis) => redis.functionLoad(code, { REPLACE: true }), 'lib'],
    [(redis) => redis.functionList(), [listed]],
    [(redis) => redis.functionList({ LIBRARYNAME: 'none*' }), []],
    [(redis) => redis.functionList({ LIBRARYNAME: 'l*', WITHCODE: true }), [{ ...listed, library_code: code }]],
    [(redis) => redis.fcall('echo', [], ['a']), 'a'],
    [(redis) => redis.fcall_ro('echo', ['k'], ['b']), 'b'],
    [(redis) => redis.functionStats(), { running_script: null, engines: { LUA: { libraries_count: 1, functions_count: 1 } } }],
    [(redis) => redis.functionDump(), (bytes: string) => assert.match(bytes, /#!lua name=lib/)],
    [(redis) => refusal(redis.functionRestore(Buffer.from('x'))), 'ERR DUMP payload version or checksum are wrong'],
    [(redis) => redis.functionDelete('lib'), 'OK'],
    [(redis) => refusal(redis.functionKill()), (text: string) => assert.match(text, /^NOTBUSY /)],
    [(redis) => redis.functionFlush({ ASYNC: true }), 'OK'],
    [(redis) => redis.functionFlush({ SYNC: true }), 'OK'],
    [(redis) => redis.functionHelp(), ([first]: string[]) => assert.match(String(first), /^FUNCTION/)],

    [(redis) => redis.publish('news', 'hello'), 0],
    [(redis) => redis.spublish('news', 'hello'), 0],
    [(redis) => redis.pubsubChannels(), []],
    [(redis) => redis.pubsubChannels('n*'), []],
    [(redis) => redis.pubsubNumpat(), 0],
    [(redis) => redis.pubsubNumsub(), {}],
    [(redis) => redis.pubsubNumsub(['news', 'other']), { news: 0, other: 0 }],
    [(redis) => redis.pubsubShardchannels('n*'), []],
    [(redis) => redis.pubsubShardnumsub('news'), { news: 0 }],
    [(redis) => redis.pubsubHelp(), ([first]: string[]) => assert.match(String(first), /^PUBSUB/)],
  ],
);

describe('FUNCTION DUMP and FUNCTION RESTORE', () => {
  it('carry libraries byte by byte', async () => {
    await using server = await Server.start();
    await using redis = createClient({ topology: single({ host: server.host, port: server.port }) });
    await redis.functionLoad(code);
    const serialized = await redis.functionDump();
    assert.match(await refusal(redis.functionRestore(serialized, { APPEND: true })), /already exists/);
    assert.equal(await redis.functionRestore(serialized, { REPLACE: true }), 'OK');
    assert.equal(await redis.functionRestore(serialized, { FLUSH: true }), 'OK');
    assert.deepEqual(await redis.functionList(), [listed]);
  });
});

const palermo = { member: 'Palermo', distance: 0, hash: 3479099956230698, coordinates: { longitude: 13.361389, latitude: 38.115556 } };
const catania = {
  member: 'Catania',
  distance: 166.2742,
  hash: 3479447370796909,
  coordinates: { longitude: 15.087267, latitude: 37.502669 },
};
const everything = { WITHCOORD: true, WITHDIST: true, WITHHASH: true, ASC: true } as const;
const around = { FROMMEMBER: 'Palermo', BYRADIUS: { radius: 200, unit: 'KM' } } as const;

/** Exact but for the places, which the server keeps to within centimetres. */
function isBoth(found: (typeof palermo)[]): void {
  assert.deepEqual(
    found.map(({ coordinates: { longitude, latitude }, ...rest }) => ({
      ...rest,
      coordinates: { longitude: Number(longitude.toFixed(4)), latitude: Number(latitude.toFixed(4)) },
    })),
    [
      { ...palermo, coordinates: { longitude: 13.3614, latitude: 38.1156 } },
      { ...catania, coordinates: { longitude: 15.0873, latitude: 37.5027 } },
    ],
  );
}

describeLive(
  [GeoCommands, GeoradiusCommands],
  [
    [
      (redis) =>
        redis.geoadd('g', [
          { ...palermo.coordinates, member: 'Palermo' },
          { ...catania.coordinates, member: 'Catania' },
        ]),
      2,
    ],
    [(redis) => redis.geoadd('g', { ...catania.coordinates, member: 'Catania' }, { XX: true, CH: true }), 0],
    [(redis) => redis.geoadd('g', { ...catania.coordinates, member: 'Catania' }, { NX: true }), 0],
    [(redis) => redis.geodist('g', 'Palermo', 'Catania'), 166274.1516],
    [(redis) => redis.geodist('g', 'Palermo', 'Catania', 'KM'), 166.2742],
    [(redis) => redis.geodist('g', 'Palermo', 'none'), null],
    [(redis) => redis.geohash('g', ['Palermo', 'none']), ['sqc8b49rny0', null]],
    [
      (redis) => redis.geopos('g', ['none', 'Palermo']),
      ([none, { longitude, latitude }]: [null, typeof palermo.coordinates]) => {
        assert.equal(none, null);
        assert.deepEqual([longitude.toFixed(4), latitude.toFixed(4)], ['13.3614', '38.1156']);
      },
    ],
    [(redis) => redis.geosearch('g', { ...around, ASC: true }), ['Palermo', 'Catania']],
    [(redis) => redis.geosearch('g', { ...around, ...everything }), isBoth],
    [
      (redis) => redis.geosearch('g', { ...around, COUNT: 1, ANY: true, WITHDIST: true }),
      (found: object[]) => assert.equal(found.length, 1),
    ],
    [
      (redis) =>
        redis.geosearch('g', { FROMLONLAT: { longitude: 15, latitude: 37 }, BYBOX: { width: 400, height: 400, unit: 'KM' }, DESC: true }),
      ['Palermo', 'Catania'],
    ],
    [
      (redis) =>
        redis.geosearch('g', {
          BYPOLYGON: [
            { longitude: 13, latitude: 38 },
            { longitude: 14, latitude: 38 },
            { longitude: 14, latitude: 39 },
            { longitude: 13, latitude: 39 },
          ],
        }),
      ['Palermo'],
      'BYPOLYGON',
    ],
    [(redis) => redis.geosearchstore('d', 'g', { ...around, STOREDIST: true }), 2],
    [(redis) => redis.geosearchstore('d', 'g', { ...around, COUNT: 1, ASC: true }), 1],
    [(redis) => redis.georadius('g', 15, 37, 200, 'KM', { DESC: true }), ['Palermo', 'Catania']],
    [(redis) => redis.georadius('g', 15, 37, 200, 'KM', { STORE: 'd' }), 2],
    [(redis) => redis.georadius('g', 15, 37, 200, 'KM', { STOREDIST: 'd', COUNT: 1 }), 1],
    [(redis) => redis.georadius_ro('g', 15, 37, 100, 'KM', { WITHHASH: true }), [{ member: 'Catania', hash: catania.hash }]],
    [(redis) => redis.georadiusbymember('g', 'Palermo', 200, 'KM', everything), isBoth],
    [(redis) => redis.georadiusbymember('g', 'Palermo', 200, 'KM', { STORE: 'd' }), 2],
    [(redis) => redis.georadiusbymember_ro('g', 'Palermo', 1, 'MI'), ['Palermo']],
  ],
);
