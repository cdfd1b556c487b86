import type { RingAdmin, RingAdminOptions } from '../../ring/ring-admin.js';
import type { CommandContext } from '../command.js';

/** Opens the administration of a ring. It has the whole client: other commands start faster without it. */
export async function openRingAdmin(context: CommandContext, options: RingAdminOptions): Promise<RingAdmin> {
  const { RingAdmin } = await import('../../ring/ring-admin.js');
  return context.use(new RingAdmin(options));
}
