/**
 * What a key may do, by name: `search` compares, extracts and analyses photos; `enrol` creates people and adds faces;
 * `delete` erases; `list` reads who is there; `admin` has the webhooks, keys, console users and audit log of the tenant. In the order
 * in which they are shown.
 */
export const tenantPermissions = ['search', 'enrol', 'delete', 'list', 'admin'] as const;

/** `operate` has what concerns all tenants of the installation: its backup, its settings and its scale. `all` does not mean it. */
export const allPermissions = [...tenantPermissions, 'operate'] as const;

export type Permission = (typeof allPermissions)[number];

/**
 * Reads a list with commas or spaces between the names; `all` stands for each of a tenant's.
 * @returns each once, in the order of the table
 * @throws Error that names what there is
 */
export function parsePermissions(text: string): Permission[] {
  const names = text.split(/[\s,]+/).filter(Boolean);
  const unknown = names.find((name) => name !== 'all' && !isPermission(name));
  if (unknown !== undefined || names.length === 0)
    throw new Error(`permissions are ${allPermissions.join(', ')}, or all for those but operate`);
  return allPermissions.filter(
    (permission) => names.includes(permission) || (permission !== 'operate' && names.includes('all')),
  );
}

/** As a store keeps them. A name that this version does not know permits nothing. */
export function storedPermissions(text: string): Permission[] {
  const names = text.split(' ');
  return allPermissions.filter((permission) => names.includes(permission));
}

/** For {@link storedPermissions}. */
export function permissionsText(permissions: readonly Permission[]): string {
  return allPermissions.filter((permission) => permissions.includes(permission)).join(' ');
}

/** Whether these are what a read-only key has. */
export function isSearchOnly(permissions: readonly Permission[]): boolean {
  return permissions.length === 1 && permissions[0] === 'search';
}

function isPermission(name: string): name is Permission {
  return (allPermissions as readonly string[]).includes(name);
}
