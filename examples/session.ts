// Reading one's own writes while reads go to replicas. Run it with: npx tsx examples/session.ts
import { createClient, replication } from 'slotwise';

const seeds = (process.env.REDIS_SEEDS ?? '127.0.0.1:6379,127.0.0.1:6380').split(',');
const redis = createClient({ topology: replication(seeds), reads: 'replicaPreferred' });

// One for each user or request: it is an object, not a connection.
const ada = redis.session();
for (let visit = 1; visit <= 50; visit++) {
  await ada.set('visits:ada', visit);
  // Never an older number: from the primary at first, from the replicas once they are known to have it.
  for (let read = 0; read < 10; read++) {
    const seen = Number(await ada.get('visits:ada'));
    if (seen !== visit) throw new Error(`saw ${seen} after writing ${visit}`);
  }
}
console.log('visits', await ada.get('visits:ada'));

await redis.close();
