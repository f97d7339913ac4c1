import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { Accounts, type Changer } from '../../accounts/accounts.js';
import { DEFAULT_TENANT } from '../../accounts/names.js';
import { Passwords } from '../../accounts/passwords.js';
import { FaceSearchError } from '../../core/errors.js';
import { accountEntry } from '../../observability/audit/audit-entry.js';
import { AuditFile } from '../../observability/audit/audit-file.js';
import type { Account } from '../../persistence/accounts/account-store.js';
import { isRole, type Role, roles } from '../../persistence/accounts/roles.js';
import { allPermissions } from '../../persistence/keys/permissions.js';
import { OperatorError } from '../../util/operator-error.js';
import { UsageError } from '../../util/usage-error.js';
import { openKeys } from '../../wiring/open-store.js';
import { defineCommand } from '../command.js';
import { readServerConfig } from '../server-config.js';
import { textTable } from '../text-table.js';

/** What follows a password that somebody else chose. */
const FIRST = ' The first log-in asks for another password.';

const changes = ['role', 'password', 'disable', 'enable', 'reset-totp', 'remove'] as const;

export const users = defineCommand({
  about:
    'Adds, lists and changes console users, who log in with a name and a password; the server may run meanwhile. See docs/security.md.',
  operands: [`<add|list|${changes.join('|')}>`, '[<name>]'],
  options: {
    tenant: { type: 'string', value: 'NAME', default: DEFAULT_TENANT, help: 'whose users they are' },
    role: {
      type: 'string',
      value: 'ROLE',
      help: `add, role: what the user may do: ${roles.join(', ')}; add without this: clerk`,
      read: roleOf,
    },
    keepPassword: {
      type: 'boolean',
      help: 'add, password: the user need not choose another password at the next log-in, such as for your own',
    },
  },
  notes: `  add <name>         asks for a password, or reads it from standard input
  list               shows the users of the tenant
  role <name>        gives the user another role
  password <name>    asks for another password, or reads it; the user's sessions end
  disable <name>     lets the user log in no more; enable <name> takes that back
  reset-totp <name>  removes the second factor, such as after the loss of a telephone
  remove <name>      removes the user`,
  async run({ tenant, role, keepPassword }, [command = '', name = '']) {
    const isChange = (changes as readonly string[]).includes(command);
    if (!isChange && command !== 'add' && command !== 'list') throw new UsageError(`There is no "users ${command}".`);
    if ((command === 'list') !== (name === ''))
      throw new UsageError('It is users list, or users add <name> and so on.');
    if (command === 'role' && !role) throw new UsageError('Say which role: users role <name> --role manager.');
    const config = readServerConfig();
    // First of all: what cannot be audited is not done.
    const audit = config.AUDIT_LOG === undefined || command === 'list' ? undefined : new AuditFile(config.AUDIT_LOG);
    const password = command === 'add' || command === 'password' ? await readPassword() : '';
    const store = await openKeys(config);
    const passwords = new Passwords();
    const accounts = new Accounts(store, passwords);
    const by: Changer = { tenant, permissions: allPermissions };
    try {
      if (command === 'list') return printUsers(await accounts.list(tenant), tenant);
      if (command === 'add') {
        const accountId = await accounts.add(by, { name, role: role ?? 'clerk', password, mustChange: !keepPassword });
        audit?.append(accountEntry('add user', { tenant, accountId }));
        console.log(
          `The user ${name} of the tenant "${tenant}" can log in as ${role ?? 'clerk'}.${keepPassword ? '' : FIRST}`,
        );
        return;
      }
      const account = (await accounts.list(tenant)).find((each) => each.name === name.toLowerCase());
      if (!account) throw new OperatorError(`The tenant "${tenant}" has no user ${name}.`);
      const { accountId } = account;
      if (command === 'remove') await accounts.remove(by, accountId);
      else
        await accounts.change(by, accountId, {
          ...(command === 'role' && { role }),
          ...(command === 'password' && { password, mustChange: !keepPassword }),
          ...(command === 'disable' && { isDisabled: true }),
          ...(command === 'enable' && { isDisabled: false }),
          ...(command === 'reset-totp' && { resetTotp: true }),
        });
      audit?.append(accountEntry(command === 'remove' ? 'remove user' : 'change user', { tenant, accountId }));
      console.log(`Done: ${command} ${name}.`);
    } catch (error) {
      throw error instanceof FaceSearchError ? new OperatorError(`${error.message}.`) : error;
    } finally {
      await passwords.close();
      await store.close();
      audit?.close();
    }
  },
});

function roleOf(text: string, option: string): Role {
  if (!isRole(text)) throw new UsageError(`${option}: it is one of ${roles.join(', ')}.`);
  return text;
}

/** From standard input; at a terminal asked for twice, without showing it. Never an argument, which other programs can see. */
async function readPassword(): Promise<string> {
  const isTerminal = process.stdin.isTTY === true;
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: isTerminal });
  try {
    if (!isTerminal) {
      for await (const line of lines) return line;
      throw new OperatorError('Standard input holds no password.');
    }
    const ask = (question: string) => {
      process.stderr.write(question);
      return lines.question('').finally(() => process.stderr.write('\n'));
    };
    const password = await ask('Password: ');
    if ((await ask('Again: ')) !== password) throw new OperatorError('They are not the same.');
    return password;
  } finally {
    lines.close();
  }
}

function printUsers(all: readonly Account[], tenant: string): void {
  if (all.length === 0) {
    console.log(`The tenant "${tenant}" has no console user.`);
    return;
  }
  const rows = all.map(({ name, role, hasTotp, createdAt, lastLoginAt, disabledAt }) => [
    name,
    role,
    hasTotp ? 'yes' : 'no',
    shownTime(createdAt),
    lastLoginAt ? shownTime(lastLoginAt) : 'never',
    disabledAt ? `disabled ${shownTime(disabledAt)}` : 'good',
  ]);
  console.log(textTable(['name', 'role', 'second factor', 'added', 'last login', 'state'], rows));
}

/** To the minute, in UTC. */
function shownTime(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace('T', ' ')}Z`;
}
