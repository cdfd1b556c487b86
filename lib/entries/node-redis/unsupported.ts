import type { Runner } from './custom-commands.js';
import { NotSupportedError } from './errors.js';

const RAW = "send it as words: sendCommand(['NAME', 'argument'])";

/** Methods of node-redis that this entry does not have, by what to do instead. */
export const UNSUPPORTED: ReadonlyMap<string, readonly string[]> = new Map([
  [
    RAW,
    [
      'arCount ARCOUNT arDel ARDEL arDelRange ARDELRANGE arGet ARGET arGetRange ARGETRANGE arGrep ARGREP arGrepWithValues ARGREP_WITHVALUES',
      'arInfo ARINFO arInsert ARINSERT arLastItems ARLASTITEMS arLen ARLEN arMGet ARMGET arMSet ARMSET arNext ARNEXT arOp AROP',
      'arRing ARRING arScan ARSCAN arSeek ARSEEK arSet ARSET blessGet BLESS_GET blessSet BLESS_SET blessClear BLESS_CLEAR',
      'blessScan BLESS_SCAN blMoveM BLMOVEM lMoveM LMOVEM commandDocs COMMAND_DOCS hotkeysGet HOTKEYS_GET hotkeysReset HOTKEYS_RESET',
      'hotkeysStart HOTKEYS_START hotkeysStop HOTKEYS_STOP increx INCREX incrExByFloat INCREXBYFLOAT sDiffCard SDIFFCARD',
      'vAdd VADD vCard VCARD vDim VDIM vEmb VEMB vEmbRaw VEMB_RAW vGetAttr VGETATTR vInfo VINFO vLinks VLINKS vRandMember VRANDMEMBER',
      'vLinksWithScores VLINKS_WITHSCORES vRange VRANGE vRem VREM vSetAttr VSETATTR vSim VSIM vSimWithScores VSIM_WITHSCORES',
      'sUnionCard SUNIONCARD xCfgSet XCFGSET xNack XNACK restoreAsking RESTORE-ASKING',
    ].flatMap((line) => line.split(' ')),
  ],
  [
    'it prepares something on one connection, and commands go over shared ones: use lease() of the library',
    'hImportPrepare HIMPORT_PREPARE hImportSet HIMPORT_SET hImportDiscard HIMPORT_DISCARD hImportDiscardAll HIMPORT_DISCARDALL'.split(' '),
  ],
  ['a shared connection carries replies only: use redis-cli monitor, or keyspaceEvents() of the library', ['monitor', 'MONITOR']],
  ['the debugger needs redis-cli --ldb', ['scriptDebug', 'SCRIPT_DEBUG']],
  ['callbacks are of node-redis 3: use the promises of the client itself', ['legacy']],
  ["subscriptions are the client's own: use subscribe(channel, listener)", ['extendPubSubChannelListeners', 'extendPubSubListeners']],
  ['give credentialsProvider, or call auth()', ['reAuthenticate']],
  ['call reset()', ['resetIfDirty']],
]);

/** Modules that the package `redis` has built in, by the package that has them. */
export const MODULES: Readonly<Record<string, string>> = {
  json: '@redis/json',
  ft: '@redis/search',
  ts: '@redis/time-series',
  bf: '@redis/bloom',
  cf: '@redis/bloom',
  cms: '@redis/bloom',
  topK: '@redis/bloom',
  tDigest: '@redis/bloom',
};

/** Adds methods that reject, and modules whose methods do. A module that a program gives in its options stands before them. */
export function addUnsupported(methods: Record<string, unknown>): void {
  for (const [advice, names] of UNSUPPORTED) {
    for (const name of names) {
      methods[name] = function refused(this: Runner): unknown {
        return this.refuse(new NotSupportedError(`${name}() is not among the commands of slotwise/node-redis; ${advice}`));
      };
    }
  }
  for (const [name, from] of Object.entries(MODULES)) {
    const advice = `give its commands: createClient({ modules: { ${name}: … of ${from} } }), or send words: sendCommand([…])`;
    Object.defineProperty(methods, name, {
      configurable: true,
      get(this: Runner) {
        return refusingModule(this, name, advice);
      },
    });
  }
}

function refusingModule(runner: Runner, name: string, advice: string): object {
  return new Proxy(
    {},
    {
      get: (_, method) =>
        typeof method === 'string' ? () => runner.refuse(new NotSupportedError(`${name}.${method}(): ${advice}`)) : undefined,
    },
  );
}
