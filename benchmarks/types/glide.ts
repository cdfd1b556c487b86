import { GlideClient } from '@valkey/valkey-glide';

export const value = GlideClient.createClient({ addresses: [{ host: 'localhost' }] }).then((client) => client.get('key'));
