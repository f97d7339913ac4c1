import { networkList } from '../../events/addresses.js';
import { TenantWebhooks, WebhookError } from '../../events/tenant-webhooks.js';
import { webhookEntry } from '../../observability/audit/audit-entry.js';
import { AuditFile } from '../../observability/audit/audit-file.js';
import { type EventType, eventTypes } from '../../persistence/webhooks/webhook-store.js';
import { OperatorError } from '../../util/operator-error.js';
import { nameList } from '../../util/options.js';
import { UsageError } from '../../util/usage-error.js';
import { openExistingStore } from '../../wiring/open-store.js';
import { defineCommand } from '../command.js';
import { readServerConfig } from '../server-config.js';
import { textTable } from '../text-table.js';

export const webhooks = defineCommand({
  about:
    'Lists, adds, deletes and retries the webhooks of a tenant; the server may run meanwhile. See docs/webhooks.md.',
  operands: ['<list|add|delete|retry|dead-letters>', '[<url|id>]'],
  options: {
    tenant: { type: 'string', value: 'NAME', default: 'default', help: 'whose events they are told' },
    events: {
      type: 'string',
      value: 'LIST',
      help: `add: of ${eventTypes.join(', ')}, with commas between them; without this, all`,
      read: eventList,
    },
  },
  notes: `  list            shows the webhooks, and how much is on its way to them
  add <url>       prints the secret that requests are signed with, this once
  delete <id>     deletes a webhook, with what is on its way to it
  retry <id>      tries again what was given up
  dead-letters    shows what was given up`,
  async run({ tenant, events = eventTypes }, [command = '', operand = '']) {
    const isId = /^[1-9]\d{0,8}$/.test(operand);
    const isComplete = { list: !operand, 'dead-letters': !operand, add: operand !== '', delete: isId, retry: isId };
    if (!(command in isComplete)) throw new UsageError(`There is no "webhooks ${command}".`);
    if (!isComplete[command as keyof typeof isComplete])
      throw new UsageError('It is webhooks list, dead-letters, add <url>, delete <id>, or retry <id>.');
    const config = readServerConfig();
    const isChange = command === 'add' || command === 'delete' || command === 'retry';
    // First of all: what cannot be audited is not done.
    const audit = config.AUDIT_LOG === undefined || !isChange ? undefined : new AuditFile(config.AUDIT_LOG);
    const store = await openExistingStore(config);
    if (!store) throw new OperatorError(`There is no database in ${config.DATA_DIR}.`);
    try {
      const directory = new TenantWebhooks(store.webhooks, networkList(config.WEBHOOK_PRIVATE_NETWORKS));
      if (isChange) {
        await change(directory, { command, tenant, operand, events });
        audit?.append(webhookEntry(`${command} webhook`, tenant));
      } else if (command === 'list') await list(directory, tenant);
      else await deadLetters(directory, tenant);
    } finally {
      await store.close();
      audit?.close();
    }
  },
});

async function list(directory: TenantWebhooks, tenant: string): Promise<void> {
  const rows = await directory.list(tenant);
  if (rows.length === 0) console.log(`The tenant "${tenant}" has no webhook.`);
  else {
    const cells = rows.map(({ webhookId, url, events, waiting, dead }) => [
      String(webhookId),
      url,
      events.length === eventTypes.length ? 'all' : events.join(' '),
      String(waiting),
      String(dead),
    ]);
    console.log(textTable(['id', 'url', 'events', 'waiting', 'dead'], cells));
  }
}

async function deadLetters(directory: TenantWebhooks, tenant: string): Promise<void> {
  const rows = await directory.deadLetters(tenant);
  if (rows.length === 0) console.log(`Nothing of the tenant "${tenant}" was given up.`);
  else {
    const cells = rows.map(({ webhookId, type, happenedAt, attempts, error }) => [
      String(webhookId),
      type,
      happenedAt.toISOString(),
      String(attempts),
      error,
    ]);
    console.log(textTable(['webhook', 'event', 'happened', 'tries', 'error'], cells));
  }
}

async function change(
  directory: TenantWebhooks,
  what: { command: 'add' | 'delete' | 'retry'; tenant: string; operand: string; events: readonly EventType[] },
): Promise<void> {
  const { command, tenant, operand, events } = what;
  const unknown = () => new OperatorError(`The tenant "${tenant}" has no webhook ${operand}.`);
  if (command === 'add') {
    try {
      const { webhookId, secret } = await directory.add(tenant, operand, events);
      console.error(
        `Webhook ${webhookId} of the tenant "${tenant}". Requests are signed with this secret, which is shown only now:`,
      );
      console.log(secret);
    } catch (error) {
      throw error instanceof WebhookError ? new UsageError(`The URL ${error.message}.`) : error;
    }
  } else if (command === 'delete') {
    if (!(await directory.remove(tenant, Number(operand)))) throw unknown();
    console.log(`Webhook ${operand} is deleted.`);
  } else {
    const retried = await directory.retry(tenant, Number(operand));
    if (retried === undefined) throw unknown();
    console.log(`${retried} deliveries are tried again.`);
  }
}

function eventList(text: string, option: string): EventType[] {
  const names = nameList(text, option);
  const unknown = names.find((name) => !(eventTypes as readonly string[]).includes(name));
  if (unknown !== undefined)
    throw new UsageError(`${option}: there is no event "${unknown}"; there are ${eventTypes.join(', ')}.`);
  return eventTypes.filter((type) => names.includes(type));
}
