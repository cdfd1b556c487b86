// Lua on the server, called like a function. Run it with: npx tsx examples/script.ts
import { createClient, defineScript } from 'slotwise';

// Made once, where the program begins. The server gets the text when it does not know the script yet, else only its hash.
const takeToken = defineScript({
  lua: `
    local left = tonumber(redis.call('GET', KEYS[1]) or ARGV[1])
    if left == 0 then return -1 end
    redis.call('SET', KEYS[1], left - 1)
    return left - 1`,
  keys: 1,
  reply: Number,
});

const redis = createClient(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379');
await redis.del('tokens:ada');

const left: number[] = [];
for (let i = 0; i < 4; i++) left.push(await redis.script(takeToken, ['tokens:ada'], [3]));
console.log(left);

await redis.close();
