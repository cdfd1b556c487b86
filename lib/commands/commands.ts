import { AclCommands } from './acl.js';
import { BitmapCommands } from './bitmap.js';
import { BlockingCommands } from './blocking.js';
import { ClientCommands } from './client.js';
import { ClusterCommands } from './cluster.js';
import { ClusterSlotCommands } from './cluster-slot.js';
import { CommandCommands } from './command.js';
import { ConfigCommands } from './config.js';
import { DefinedScriptCommands } from './defined-script.js';
import { ExpiryCommands } from './expiry.js';
import { FunctionCommands } from './function.js';
import { GeoCommands } from './geo.js';
import { GeoradiusCommands } from './georadius.js';
import { CommandGroup } from './group.js';
import { HashCommands } from './hash.js';
import { HashExpiryCommands } from './hash-expiry.js';
import { HyperloglogCommands } from './hyperloglog.js';
import { KeyCommands } from './key.js';
import { LatencyCommands } from './latency.js';
import { ListCommands } from './list.js';
import { MemoryCommands } from './memory.js';
import { ModuleCommands } from './module.js';
import { PubsubCommands } from './pubsub.js';
import { ScriptCommands } from './script.js';
import { ServerCommands } from './server.js';
import { SetCommands } from './set.js';
import { SlowlogCommands } from './slowlog.js';
import { SortCommands } from './sort.js';
import { SortedSetCommands } from './sorted-set.js';
import { SortedSetAlgebraCommands } from './sorted-set-algebra.js';
import { SortedSetRangeCommands } from './sorted-set-range.js';
import { StreamCommands } from './stream.js';
import { StreamGroupCommands } from './stream-group.js';
import { StringCommands } from './string.js';

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
