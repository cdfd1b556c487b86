import { ArgumentError } from '../../errors.js';
import { SLOT_COUNT } from '../../topology/slot-map.js';
import { count, type SlotSet, slotsText } from '../slot-list.js';
import type { AdminNode } from '../state/cluster-state.js';

/** A node in a step, with what is needed to reach it and to name it. */
export type NodeRef = Pick<AdminNode, 'id' | 'name' | 'address' | 'peer'>;

/**
 * One step of a plan. Each may be repeated without harm, so that a plan made anew after an interruption goes on where the first one ended.
 */
export type PlanStep =
  /** Sets the config epoch: with different epochs from the start the nodes have no conflict to settle. */
  | { readonly do: 'setEpoch'; readonly node: NodeRef; readonly epoch: number }
  | { readonly do: 'addSlots'; readonly node: NodeRef; readonly slots: SlotSet }
  /** Copies the functions, which live on every primary: neither replication nor slots bring them to a new one. */
  | { readonly do: 'copyFunctions'; readonly from: NodeRef; readonly to: NodeRef }
  | { readonly do: 'meet'; readonly node: NodeRef; readonly other: NodeRef }
  /** Waits until all these nodes know each other. */
  | { readonly do: 'join'; readonly nodes: readonly NodeRef[] }
  | { readonly do: 'replicate'; readonly node: NodeRef; readonly primary: NodeRef }
  /** Moves slots with their keys, while clients use them. `replace`: the slots are open already, so the target's copy of a key is older. */
  | {
      readonly do: 'moveSlots';
      readonly from: NodeRef;
      readonly to: NodeRef;
      readonly slots: SlotSet;
      readonly replace: boolean;
      readonly others: readonly NodeRef[];
    }
  /** Takes keys back to the slots' owner from a node that does not own them. */
  | { readonly do: 'gather'; readonly from: NodeRef; readonly to: NodeRef; readonly slots: SlotSet; readonly duplicates: Duplicates }
  /** Takes the keys of open slots back to their owner, which keeps the slots. */
  | { readonly do: 'takeBack'; readonly from: NodeRef; readonly to: NodeRef; readonly slots: SlotSet }
  /** Makes the node the owner in the view of all nodes. */
  | { readonly do: 'assign'; readonly node: NodeRef; readonly slots: SlotSet; readonly others: readonly NodeRef[] }
  /** Ends the open state of slots. */
  | { readonly do: 'close'; readonly node: NodeRef; readonly slots: SlotSet }
  | { readonly do: 'forget'; readonly node: NodeRef; readonly gone: NodeRef }
  | { readonly do: 'reset'; readonly node: NodeRef }
  | { readonly do: 'failover'; readonly node: NodeRef; readonly mode: FailoverMode }
  /** Waits until all nodes agree. */
  | { readonly do: 'settle' };

/** What a field of a step holds. */
type FieldKind = 'node' | 'nodes' | 'slots' | 'epoch' | 'flag' | 'duplicates' | 'mode';

/** The fields of every kind of step. */
export const STEP_FIELDS = {
  setEpoch: { node: 'node', epoch: 'epoch' },
  addSlots: { node: 'node', slots: 'slots' },
  copyFunctions: { from: 'node', to: 'node' },
  meet: { node: 'node', other: 'node' },
  join: { nodes: 'nodes' },
  replicate: { node: 'node', primary: 'node' },
  moveSlots: { from: 'node', to: 'node', slots: 'slots', replace: 'flag', others: 'nodes' },
  gather: { from: 'node', to: 'node', slots: 'slots', duplicates: 'duplicates' },
  takeBack: { from: 'node', to: 'node', slots: 'slots' },
  assign: { node: 'node', slots: 'slots', others: 'nodes' },
  close: { node: 'node', slots: 'slots' },
  forget: { node: 'node', gone: 'node' },
  reset: { node: 'node' },
  failover: { node: 'node', mode: 'mode' },
  settle: {},
} as const satisfies {
  readonly [Kind in PlanStep['do']]: Readonly<Record<Exclude<keyof Extract<PlanStep, { readonly do: Kind }>, 'do'>, FieldKind>>;
};

/** A step that moves keys slot by slot, and can stop between two of them. */
export type SlotStep = Extract<PlanStep, { readonly do: 'moveSlots' | 'gather' | 'takeBack' }>;

export type FailoverMode = 'coordinated' | 'force' | 'takeover';

/** Which copy counts where a key is on the slot's owner and on another node: the owner's, the other's, or none until a person decides. */
export type Duplicates = 'refuse' | 'owner' | 'other';

/** Slots that leave one node for another: node ids, and slots as text. */
export interface RequestedMove {
  readonly from: string;
  readonly to: string;
  readonly slots: string;
}

/**
 * What a plan was made for, with node ids and slots where the caller gave names and numbers: what makes the same plan again as long as the
 * cluster is the same, and the rest of it once a part was carried out.
 */
export type PlanRequest =
  | { readonly command: 'create'; readonly nodes: readonly string[]; readonly replicas: number }
  | { readonly command: 'add-node'; readonly address: string; readonly replicaOf: string | null }
  | { readonly command: 'replicate'; readonly node: string; readonly primary: string }
  | { readonly command: 'del-node'; readonly node: string }
  | { readonly command: 'forget'; readonly node: string }
  | { readonly command: 'failover'; readonly node: string; readonly mode: FailoverMode }
  | { readonly command: 'reshard'; readonly moves: readonly RequestedMove[] }
  /** `totals`: number of slots by node id once all is moved; that of every primary that takes part. */
  | {
      readonly command: 'rebalance';
      readonly moves: readonly RequestedMove[];
      readonly totals: Readonly<Record<string, number>>;
      readonly useEmpty: boolean;
    }
  | { readonly command: 'fix'; readonly takeUnreachable: boolean; readonly duplicates: Duplicates; readonly back: boolean };

/** The steps of one change to a cluster. */
export interface Plan {
  readonly title: string;
  readonly steps: readonly PlanStep[];
  /** Consequences that the operator should know. */
  readonly notes: readonly string[];
  /** What it was made for. Without it a run cannot see that another plan would come out now, and checks each step alone. */
  readonly request?: PlanRequest;
}

/** Whether a value names a kind of step; its fields may be anything. */
export function namesStep(given: unknown): given is { readonly do: PlanStep['do'] } {
  return (
    typeof given === 'object' && given !== null && 'do' in given && typeof given.do === 'string' && Object.hasOwn(STEP_FIELDS, given.do)
  );
}

/** Whether a value is a step with all of its fields, and not the JSON of one. */
export function isStep(given: unknown): given is PlanStep {
  if (!namesStep(given)) return false;
  const values = given as Readonly<Record<string, unknown>>;
  return Object.entries(STEP_FIELDS[given.do]).every(([name, kind]: [string, FieldKind]) => IS_FIELD[kind](values[name]));
}

const isNode = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && ['id', 'name', 'address', 'peer'].every((name) => name in value);
const isSlot = (value: unknown): boolean => typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < SLOT_COUNT;

const IS_FIELD: Readonly<Record<FieldKind, (value: unknown) => boolean>> = {
  node: isNode,
  nodes: (value) => Array.isArray(value) && value.every(isNode),
  slots: (value) => Array.isArray(value) && value.every(isSlot),
  epoch: (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0,
  flag: (value) => typeof value === 'boolean',
  duplicates: (value) => value === 'refuse' || value === 'owner' || value === 'other',
  mode: (value) => value === 'coordinated' || value === 'force' || value === 'takeover',
};

/** A step in words. */
export function describeStep(step: PlanStep): string {
  if (!isStep(step)) throw new ArgumentError('describeStep: argument 1 (step) must be a step of a plan');
  switch (step.do) {
    case 'setEpoch':
      return `give ${step.node.name} the config epoch ${step.epoch}`;
    case 'addSlots':
      return `give ${step.node.name} slots ${slotsText(step.slots, 4)} (${step.slots.length})`;
    case 'copyFunctions':
      return `give ${step.to.name} the functions of ${step.from.name}`;
    case 'meet':
      return `introduce ${step.other.name} to ${step.node.name}`;
    case 'join':
      return `wait until ${count(step.nodes.length, 'node')} know each other`;
    case 'replicate':
      return `make ${step.node.name} a replica of ${step.primary.name}`;
    case 'moveSlots':
      return `${step.replace ? 'finish moving' : 'move'} ${count(step.slots.length, 'slot')} from ${step.from.name} to ${step.to.name}: ${slotsText(step.slots, 3)}`;
    case 'gather':
      return `take the keys of slots ${slotsText(step.slots, 3)} from ${step.from.name} to their owner ${step.to.name}`;
    case 'takeBack':
      return `take the keys of slots ${slotsText(step.slots, 3)} from ${step.from.name} back to ${step.to.name}, which keeps the slots`;
    case 'assign':
      return `make ${step.node.name} the owner of slots ${slotsText(step.slots, 4)} (${step.slots.length})`;
    case 'close':
      return `end the open state of slots ${slotsText(step.slots, 4)} at ${step.node.name}`;
    case 'forget':
      return `have ${step.node.name} forget ${step.gone.name} (${step.gone.id.slice(0, 8)})`;
    case 'reset':
      return `reset ${step.node.name}: it forgets the cluster and gets a new id`;
    case 'failover':
      return `make ${step.node.name} the primary of its shard${step.mode === 'coordinated' ? '' : ` (${step.mode})`}`;
    case 'settle':
      return 'wait until all nodes agree';
    default:
      return step satisfies never;
  }
}

export function isSlotStep(step: PlanStep): step is SlotStep {
  return step.do === 'moveSlots' || step.do === 'gather' || step.do === 'takeBack';
}

/** How many slots a plan moves, which the progress bar counts. */
export function slotsToMove({ steps }: Pick<Plan, 'steps'>): number {
  return steps.reduce((sum, step) => (isSlotStep(step) ? sum + step.slots.length : sum), 0);
}
