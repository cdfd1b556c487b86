/** What every folder may import. */
const common = ['errors.ts', 'diagnostics.ts', 'version.ts', 'util', 'runtime'];
/** What the engine stands on: facts, and what users say. */
const engine = [...common, 'protocol', 'placement', 'options'];

/** What the administration of every topology stands on. */
const topologyAdmin = [
  'admin/node-connections.ts',
  'admin/health',
  'admin/topology-report.ts',
  'admin/lasting-report.ts',
  'admin/reach.ts',
];
const groupAdmin = [...topologyAdmin, 'admin/replication', 'admin/sentinel'];
/** Folders whose parts have rules of their own: what is directly in one is free to import the like, and nothing else of it. */
export const divided = ['client', 'admin'];

/**
 * Which folders and files of lib each folder may import, itself aside. The longest name that fits a file is its rule; a name allows all
 * that is below it. Type imports count. A folder that is missing here may not exist.
 */
export const rules: Readonly<Record<string, readonly string[]>> = {
  'errors.ts': ['util'],
  'version.ts': [],
  // It stands on Node alone.
  runtime: [],
  util: ['errors.ts', 'runtime'],
  'diagnostics.ts': ['errors.ts', 'util'],
  protocol: ['errors.ts', 'util'],
  // Where a ring's keys are: pure.
  placement: ['errors.ts', 'util', 'protocol'],
  options: ['errors.ts', 'util', 'runtime', 'placement'],
  // Whoever adds a command needs to know nothing of the engine.
  commands: ['errors.ts', 'protocol', 'util'],
  connection: engine,
  pool: [...engine, 'connection'],
  topology: [...engine, 'connection', 'pool'],
  routing: [...engine, 'pool', 'topology'],
  client: [...engine, 'connection', 'pool', 'topology', 'routing'],
  'client/nodes': ['client/*'],
  'client/dispatch': ['client/*', 'client/nodes'],
  'client/pubsub': ['client/*', 'client/nodes'],
  'client/previous': ['client/*', 'client/nodes', 'client/dispatch'],
  'client/client.ts': ['client/*', 'client/nodes', 'client/dispatch', 'client/pubsub', 'client/previous'],
  'client/lease': ['client/*', 'client/client.ts', 'client/dispatch', 'client/ring/lease-keys.ts', 'client/previous/moving.ts'],
  'client/dedicated': ['client/*', 'client/client.ts', 'client/dispatch', 'client/lease/lease-keys.ts'],
  'client/scan': ['client/*', 'client/client.ts'],
  'client/ring': ['client/*', 'client/client.ts', 'client/pubsub', 'client/scan'],
  api: [...engine, 'commands', 'connection', 'topology', 'routing', 'client'],
  admin: [...engine, 'topology', 'admin/*'],
  'admin/node-connections.ts': ['connection'],
  'admin/health': ['admin/node-connections.ts'],
  'admin/state': ['admin/node-connections.ts', 'admin/health'],
  'admin/topology-report.ts': ['admin/health', 'admin/state'],
  'admin/lasting-report.ts': ['admin/health', 'admin/topology-report.ts'],
  'admin/reach.ts': ['admin/node-connections.ts', 'admin/health', 'admin/topology-report.ts'],
  'admin/check': ['admin/health', 'admin/state'],
  'admin/check/read-picture.ts': ['admin/node-connections.ts', 'admin/check'],
  // Plans are pure: they have no connections, and what they need is given to them.
  'admin/plans': ['admin/health', 'admin/state', 'admin/check'],
  'admin/run': ['admin/node-connections.ts', 'admin/health', 'admin/state', 'admin/check', 'admin/plans'],
  // Whether we may send a command is asked with the words that a run sends.
  'admin/preflight': [
    'admin/node-connections.ts',
    'admin/health',
    'admin/state',
    'admin/check',
    'admin/plans',
    'admin/run/migration-commands.ts',
  ],
  'admin/call-forms.ts': ['admin/plans'],
  'admin/cluster-admin.ts': [
    ...topologyAdmin,
    'admin/call-forms.ts',
    'admin/state',
    'admin/check',
    'admin/plans',
    'admin/preflight',
    'admin/run',
  ],
  'admin/replication': [...topologyAdmin, 'admin/preflight/rights.ts'],
  'admin/sentinel': [...topologyAdmin, 'admin/replication', 'admin/preflight/rights.ts'],
  // Keys move with a client of their servers, which finds the primary, and follows it.
  'admin/ring': [...groupAdmin, 'index.ts', 'connection', 'routing', 'admin/preflight'],
  'admin/target': ['admin/node-connections.ts', 'admin/health', 'admin/cluster-admin.ts', 'admin/replication', 'admin/sentinel'],
  // Where a client would send a command, the client itself says.
  'admin/explain/explain.ts': ['index.ts'],
  // What slotwise says to a call, its own pipeline says; the parser's absence is a mistake of the command line.
  'admin/migrate': ['api/pipeline.ts', 'client/events.ts', 'admin/cli/usage-error.ts'],
  'admin/cli': ['admin'],
  'admin/index.ts': [
    'admin/cluster-admin.ts',
    'admin/replication',
    'admin/sentinel',
    'admin/ring',
    'admin/plans',
    'admin/run',
    'admin/health',
    'admin/state',
    'admin/topology-report.ts',
  ],
  'index.ts': [...engine, 'routing', 'topology', 'client', 'api'],
  // The shapes of other clients stand on what every program can import, so that the engine learns nothing of them. `errors.ts` comes with
  // it: a second copy in their bundles would have classes of its own.
  'entries/shared': ['index.ts', 'runtime', 'util'],
  'entries/bullmq': ['index.ts', 'runtime', 'util', 'entries/shared'],
  'entries/ioredis': ['index.ts', 'runtime', 'util', 'entries/shared'],
  'entries/node-redis': ['index.ts', 'runtime', 'util', 'entries/shared'],
};
/** What the package offers: two libraries, the shapes of other clients, and a program. */
const shapes = ['entries/bullmq/index.ts', 'entries/ioredis/index.ts', 'entries/node-redis/index.ts'];
export const entries = ['index.ts', 'admin/index.ts', 'admin/cli/index.ts', ...shapes];
