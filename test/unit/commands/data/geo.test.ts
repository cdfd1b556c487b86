import { GeoCommands } from '../../../../lib/commands/data/geo.js';
import { GeoradiusCommands } from '../../../../lib/commands/data/georadius.js';
import { describeReplies, describeWire, type Recorder } from '../recorder.js';

const palermo = { longitude: 13.5, latitude: 38, member: 'Palermo' };
const circle = { radius: 200, unit: 'KM' } as const;
const everything = { WITHCOORD: true, WITHDIST: true, WITHHASH: true } as const;

describeWire(GeoCommands, [
  [(r) => r.geoadd('k', palermo), 'GEOADD k 13.5 38 Palermo'],
  [(r) => r.geoadd('k', [palermo, { ...palermo, member: 'b' }], { XX: true, CH: true }), 'GEOADD k XX CH 13.5 38 Palermo 13.5 38 b'],
  [(r) => r.geoadd('k', palermo, { NX: true }), 'GEOADD k NX 13.5 38 Palermo'],
  [(r) => r.geodist('k', 'a', 'b'), 'GEODIST k a b'],
  [(r) => r.geodist('k', 'a', 'b', 'MI'), 'GEODIST k a b MI'],
  [(r) => r.geodist('k', 'a', 'b', 'M'), 'GEODIST k a b M'],
  [(r) => r.geodist('k', 'a', 'b', 'KM'), 'GEODIST k a b KM'],
  [(r) => r.geodist('k', 'a', 'b', 'FT'), 'GEODIST k a b FT'],
  [(r) => r.geohash('k', ['a', 'b']), 'GEOHASH k a b'],
  [(r) => r.geopos('k', 'a'), 'GEOPOS k a'],
  [(r) => r.geosearch('k', { FROMMEMBER: 'a', BYRADIUS: circle }), 'GEOSEARCH k FROMMEMBER a BYRADIUS 200 KM'],
  [
    (r) => r.geosearch('k', { FROMMEMBER: 'a', BYRADIUS: { radius: 2, unit: 'MI' }, ASC: true }),
    'GEOSEARCH k FROMMEMBER a BYRADIUS 2 MI ASC',
  ],
  [(r) => r.geosearch('k', { FROMMEMBER: 'a', BYBOX: { width: 2, height: 1, unit: 'FT' } }), 'GEOSEARCH k FROMMEMBER a BYBOX 2 1 FT'],
  [
    (r) =>
      r.geosearch('k', {
        WITHHASH: true,
        WITHDIST: true,
        WITHCOORD: true,
        ANY: true,
        COUNT: 3,
        DESC: true,
        BYBOX: { width: 2, height: 1, unit: 'M' },
        FROMLONLAT: { longitude: -1.5, latitude: 2 },
      }),
    'GEOSEARCH k FROMLONLAT -1.5 2 BYBOX 2 1 M DESC COUNT 3 ANY WITHCOORD WITHDIST WITHHASH',
  ],
  [(r) => r.geosearch('k', { BYPOLYGON: [palermo, { longitude: 1, latitude: 2 }] }), 'GEOSEARCH k BYPOLYGON 2 13.5 38 1 2'],
  [
    (r) => r.geosearchstore('d', 's', { FROMMEMBER: 'a', BYRADIUS: circle, ASC: true, COUNT: 1, STOREDIST: true }),
    'GEOSEARCHSTORE d s FROMMEMBER a BYRADIUS 200 KM ASC COUNT 1 STOREDIST',
  ],
  [
    (r) => r.geosearchstore('d', 's', { FROMLONLAT: palermo, BYBOX: { width: 2, height: 1, unit: 'M' }, DESC: true, COUNT: 1, ANY: true }),
    'GEOSEARCHSTORE d s FROMLONLAT 13.5 38 BYBOX 2 1 M DESC COUNT 1 ANY',
  ],
  [
    (r) => r.geosearchstore('d', 's', { FROMMEMBER: 'a', BYRADIUS: { radius: 2, unit: 'FT' } }),
    'GEOSEARCHSTORE d s FROMMEMBER a BYRADIUS 2 FT',
  ],
  [
    (r) => r.geosearchstore('d', 's', { FROMMEMBER: 'a', BYRADIUS: { radius: 2, unit: 'MI' } }),
    'GEOSEARCHSTORE d s FROMMEMBER a BYRADIUS 2 MI',
  ],
  [
    (r) => r.geosearchstore('d', 's', { BYPOLYGON: [palermo, { longitude: 1, latitude: 2 }] }),
    'GEOSEARCHSTORE d s BYPOLYGON 2 13.5 38 1 2',
  ],
]);

describeWire(GeoradiusCommands, [
  [(r) => r.georadius('k', 1, 2, 3, 'KM'), 'GEORADIUS k 1 2 3 KM'],
  [
    (r) => r.georadius('k', 1, 2, 3, 'KM', { DESC: true, COUNT: 4, ANY: true, WITHHASH: true, WITHDIST: true, WITHCOORD: true }),
    'GEORADIUS k 1 2 3 KM WITHCOORD WITHDIST WITHHASH COUNT 4 ANY DESC',
  ],
  [(r) => r.georadius('k', 1, 2, 3, 'KM', { STORE: 'd', ASC: true }), 'GEORADIUS k 1 2 3 KM ASC STORE d'],
  [(r) => r.georadius_ro('k', 1, 2, 3, 'FT', { WITHDIST: true }), 'GEORADIUS_RO k 1 2 3 FT WITHDIST'],
  [(r) => r.georadiusbymember('k', 'a', 3, 'KM'), 'GEORADIUSBYMEMBER k a 3 KM'],
  [(r) => r.georadiusbymember('k', 'a', 3, 'KM', { STOREDIST: 'd' }), 'GEORADIUSBYMEMBER k a 3 KM STOREDIST d'],
  [(r) => r.georadiusbymember_ro('k', 'a', 3, 'KM', { COUNT: 1 }), 'GEORADIUSBYMEMBER_RO k a 3 KM COUNT 1'],
  [(r) => r.georadius('k', 1, 2, 3, 'M'), 'GEORADIUS k 1 2 3 M'],
  [(r) => r.georadius('k', 1, 2, 3, 'FT'), 'GEORADIUS k 1 2 3 FT'],
  [(r) => r.georadius('k', 1, 2, 3, 'MI'), 'GEORADIUS k 1 2 3 MI'],
  [(r) => r.georadius('k', 1, 2, 3, 'KM', { STORE: 'd' }), 'GEORADIUS k 1 2 3 KM STORE d'],
  [(r) => r.georadius('k', 1, 2, 3, 'KM', { STOREDIST: 'd' }), 'GEORADIUS k 1 2 3 KM STOREDIST d'],
  [(r) => r.georadius_ro('k', 1, 2, 3, 'M'), 'GEORADIUS_RO k 1 2 3 M'],
  [(r) => r.georadius_ro('k', 1, 2, 3, 'KM'), 'GEORADIUS_RO k 1 2 3 KM'],
  [(r) => r.georadius_ro('k', 1, 2, 3, 'FT'), 'GEORADIUS_RO k 1 2 3 FT'],
  [(r) => r.georadius_ro('k', 1, 2, 3, 'MI'), 'GEORADIUS_RO k 1 2 3 MI'],
  [
    (r) => r.georadius_ro('k', 1, 2, 3, 'KM', { ...everything, COUNT: 4, ANY: true, ASC: true }),
    'GEORADIUS_RO k 1 2 3 KM WITHCOORD WITHDIST WITHHASH COUNT 4 ANY ASC',
  ],
  [(r) => r.georadius_ro('k', 1, 2, 3, 'KM', { DESC: true }), 'GEORADIUS_RO k 1 2 3 KM DESC'],
  [(r) => r.georadiusbymember('k', 'a', 3, 'M'), 'GEORADIUSBYMEMBER k a 3 M'],
  [(r) => r.georadiusbymember('k', 'a', 3, 'FT'), 'GEORADIUSBYMEMBER k a 3 FT'],
  [(r) => r.georadiusbymember('k', 'a', 3, 'MI'), 'GEORADIUSBYMEMBER k a 3 MI'],
  [(r) => r.georadiusbymember('k', 'a', 3, 'KM', { STORE: 'd' }), 'GEORADIUSBYMEMBER k a 3 KM STORE d'],
  [(r) => r.georadiusbymember('k', 'a', 3, 'KM', { STOREDIST: 'd' }), 'GEORADIUSBYMEMBER k a 3 KM STOREDIST d'],
  [
    (r) => r.georadiusbymember('k', 'a', 3, 'KM', { ...everything, COUNT: 4, ANY: true, ASC: true }),
    'GEORADIUSBYMEMBER k a 3 KM WITHCOORD WITHDIST WITHHASH COUNT 4 ANY ASC',
  ],
  [(r) => r.georadiusbymember('k', 'a', 3, 'KM', { DESC: true }), 'GEORADIUSBYMEMBER k a 3 KM DESC'],
  [(r) => r.georadiusbymember_ro('k', 'a', 3, 'M'), 'GEORADIUSBYMEMBER_RO k a 3 M'],
  [(r) => r.georadiusbymember_ro('k', 'a', 3, 'KM'), 'GEORADIUSBYMEMBER_RO k a 3 KM'],
  [(r) => r.georadiusbymember_ro('k', 'a', 3, 'FT'), 'GEORADIUSBYMEMBER_RO k a 3 FT'],
  [(r) => r.georadiusbymember_ro('k', 'a', 3, 'MI'), 'GEORADIUSBYMEMBER_RO k a 3 MI'],
  [
    (r) => r.georadiusbymember_ro('k', 'a', 3, 'KM', { ...everything, COUNT: 4, ANY: true, ASC: true }),
    'GEORADIUSBYMEMBER_RO k a 3 KM WITHCOORD WITHDIST WITHHASH COUNT 4 ANY ASC',
  ],
  [(r) => r.georadiusbymember_ro('k', 'a', 3, 'KM', { DESC: true }), 'GEORADIUSBYMEMBER_RO k a 3 KM DESC'],
]);

const area = { FROMMEMBER: 'a', BYRADIUS: circle } as const;
const found = { member: 'a', distance: 190.4424, hash: 3479447370796909, coordinates: { longitude: 13.5, latitude: 38.25 } };
const resp2 = [['a', '190.4424', 3479447370796909, ['13.5', '38.25']]];
const resp3 = [['a', '190.4424', 3479447370796909, [13.5, 38.25]]];

describeReplies(GeoCommands, [
  [(r) => r.geodist('k', 'a', 'b'), '166274.1516', 166274.1516],
  [(r) => r.geodist('k', 'a', 'b'), Buffer.from('166274.1516'), 166274.1516],
  [(r) => r.geodist('k', 'a', 'b'), null, null],
  [(r) => r.geopos('k', ['a', 'b']), [['13.5', '38.25'], null], [{ longitude: 13.5, latitude: 38.25 }, null]],
  [(r) => r.geopos('k', ['a', 'b']), [null, [13.5, 38.25]], [null, { longitude: 13.5, latitude: 38.25 }]],
  [(r) => r.geosearch('k', area), ['a', 'b'], ['a', 'b']],
  [(r) => r.geosearch('k', { ...area, ...everything }), resp2, [found]],
  [(r) => r.geosearch('k', { ...area, ...everything }), resp3, [found]],
  [(r) => r.geosearch('k', { ...area, WITHDIST: true }), [['a', '0.5']], [{ member: 'a', distance: 0.5 }]],
  [(r) => r.geosearch('k', { ...area, WITHHASH: true, WITHDIST: false }), [['a', 5n]], [{ member: 'a', hash: 5n }]],
  [(r) => r.geosearch('k', { ...area, WITHHASH: false }), ['a'], ['a']],
]);

describeReplies(
  GeoradiusCommands,
  [
    (r: Recorder) => r.georadius('k', 1, 2, 3, 'M', everything),
    (r: Recorder) => r.georadius_ro('k', 1, 2, 3, 'M', everything),
    (r: Recorder) => r.georadiusbymember('k', 'a', 3, 'M', everything),
    (r: Recorder) => r.georadiusbymember_ro('k', 'a', 3, 'M', everything),
  ].flatMap((call) => [
    [call, resp2, [found]],
    [call, resp3, [found]],
  ]),
);
describeReplies(GeoradiusCommands, [[(r) => r.georadius('k', 1, 2, 3, 'M', { STORE: 'd' }), 2, 2]]);
