import { BitmapCommands } from './data/bitmap.js';
import { BlockingCommands } from './data/blocking.js';
import { GeoCommands } from './data/geo.js';
import { GeoradiusCommands } from './data/georadius.js';
import { HashCommands } from './data/hash.js';
import { HashExpiryCommands } from './data/hash-expiry.js';
import { HyperloglogCommands } from './data/hyperloglog.js';
import { ListCommands } from './data/list.js';
import { SetCommands } from './data/set.js';
import { SortedSetCommands } from './data/sorted-set.js';
import { SortedSetAlgebraCommands } from './data/sorted-set-algebra.js';
import { SortedSetRangeCommands } from './data/sorted-set-range.js';
import { StreamCommands } from './data/stream.js';
import { StreamGroupCommands } from './data/stream-group.js';
import { StringCommands } from './data/string.js';
import { CommandGroup } from './group.js';
import { ExpiryCommands } from './keys/expiry.js';
import { KeyCommands } from './keys/key.js';
import { SortCommands } from './keys/sort.js';
import { DefinedScriptCommands } from './scripting/defined-script.js';
import { FunctionCommands } from './scripting/function.js';
import { ScriptCommands } from './scripting/script.js';
import { AclCommands } from './server/acl.js';
import { ClientCommands } from './server/client.js';
import { ClusterCommands } from './server/cluster.js';
import { ClusterSlotCommands } from './server/cluster-slot.js';
import { CommandCommands } from './server/command.js';
import { ConfigCommands } from './server/config.js';
import { LatencyCommands } from './server/latency.js';
import { MemoryCommands } from './server/memory.js';
import { ModuleCommands } from './server/module.js';
import { PubsubCommands } from './server/pubsub.js';
import { ServerCommands } from './server/server.js';
import { SlowlogCommands } from './server/slowlog.js';

/** Every command, from one definition, for client, views, pipeline and transaction. */
export interface Commands
  extends DefinedScriptCommands,
    ClusterSlotCommands,
    ClusterCommands,
    ModuleCommands,
    AclCommands,
    SlowlogCommands,
    MemoryCommands,
    LatencyCommands,
    PubsubCommands,
    ClientCommands,
    CommandCommands,
    ConfigCommands,
    BlockingCommands,
    StreamGroupCommands,
    StreamCommands,
    FunctionCommands,
    ScriptCommands,
    GeoradiusCommands,
    GeoCommands,
    HyperloglogCommands,
    BitmapCommands,
    SortedSetAlgebraCommands,
    SortedSetRangeCommands,
    SortedSetCommands,
    ExpiryCommands,
    ServerCommands,
    SortCommands,
    KeyCommands,
    SetCommands,
    ListCommands,
    HashExpiryCommands,
    HashCommands,
    StringCommands {}
export abstract class Commands extends CommandGroup {}

// TypeScript has single inheritance: the groups' methods are copied, so that each group stays a file of its own. To an object without a
// prototype, because V8 keeps that as a hash table from the start: the 400 methods take 5 ms to put into the prototype of a class, and 0.8 ms there.
const methods: object = Object.create(null);
for (const group of [
  DefinedScriptCommands,
  ClusterSlotCommands,
  ClusterCommands,
  ModuleCommands,
  AclCommands,
  SlowlogCommands,
  MemoryCommands,
  LatencyCommands,
  PubsubCommands,
  ClientCommands,
  CommandCommands,
  ConfigCommands,
  BlockingCommands,
  StreamGroupCommands,
  StreamCommands,
  FunctionCommands,
  ScriptCommands,
  GeoradiusCommands,
  GeoCommands,
  HyperloglogCommands,
  BitmapCommands,
  SortedSetAlgebraCommands,
  SortedSetRangeCommands,
  SortedSetCommands,
  ExpiryCommands,
  ServerCommands,
  SortCommands,
  KeyCommands,
  SetCommands,
  ListCommands,
  HashExpiryCommands,
  HashCommands,
  StringCommands,
]) {
  for (const [name, method] of Object.entries(Object.getOwnPropertyDescriptors(group.prototype))) {
    if (name !== 'constructor') Object.defineProperty(methods, name, method);
  }
}
Object.setPrototypeOf(methods, CommandGroup.prototype);
Object.setPrototypeOf(Commands.prototype, methods);
