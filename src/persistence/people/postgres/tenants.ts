import type { RunQuery } from './database.js';
import { bytes } from './user-row.js';

/** The tenant's number; made where there is none. */
export async function makeTenant(run: RunQuery, name: string): Promise<number> {
  await run('INSERT INTO tenants (name) VALUES ($1) ON CONFLICT DO NOTHING', [bytes(name)]);
  const [row] = await run<{ tenantId: number }>(
    'SELECT tenant_id AS "tenantId" FROM tenants WHERE name_hash = sha256($1)',
    [bytes(name)],
  );
  return row?.tenantId ?? 0;
}
