import { allPermissions, type Permission } from '../keys/permissions.js';

/**
 * What a console user is, and which permissions that brings. `clerk` enrols and searches; `manager` also deletes; `admin`
 * also has the users, keys and webhooks of the tenant; `operator` also has what concerns all tenants of the installation.
 */
export const roles = ['clerk', 'manager', 'admin', 'operator'] as const;

export type Role = (typeof roles)[number];

const permissionsByRole: Readonly<Record<Role, readonly Permission[]>> = {
  clerk: ['search', 'enrol', 'list'],
  manager: ['search', 'enrol', 'delete', 'list'],
  admin: ['search', 'enrol', 'delete', 'list', 'admin'],
  operator: allPermissions,
};

export function permissionsOf(role: Role): readonly Permission[] {
  return permissionsByRole[role];
}

export function isRole(text: string): text is Role {
  return (roles as readonly string[]).includes(text);
}

/** Whether a role may change users, keys or more, so that a stolen password of it does much harm. */
export function isAdministrator(role: Role): boolean {
  return permissionsOf(role).includes('admin');
}
