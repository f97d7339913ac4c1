import { z } from 'zod';
import { settingGroups } from '../../../config/schema.js';
import type { Variable } from '../../../config/variable.js';
import { success, successSchema } from '../../replies.js';
import type { Route } from '../../route.js';

const schema = {
  tags: ['Administration'],
  summary: 'The settings of the server, without secrets',
  description: 'For those who run the installation. docs/configuration.md describes each setting.',
  response: {
    200: successSchema(
      z.array(
        z.strictObject({
          title: z.string(),
          settings: z.array(
            z.strictObject({
              name: z.string(),
              value: z.string().nullable().describe('null where it is not set, or secret.'),
              isSecret: z.boolean(),
              isSet: z.boolean().describe('By the environment or by a default.'),
              description: z.string(),
            }),
          ),
        }),
      ),
      [
        {
          title: 'Keys and replies',
          settings: [
            {
              name: 'SESSION_HOURS',
              value: '12',
              isSecret: false,
              isSet: true,
              description: 'Hours after which a session of the console ends, however busy.',
            },
          ],
        },
      ],
    ),
  },
} as const;

/** Keys, passwords, and addresses that may have a password in them; of a file with one its content is read. */
const secretName = /(KEYS?|URL|SECRET|TOKEN|PASSWORD)(_FILE)?$/;

export const settingsRoute: Route = (app, { config }) => {
  app.get('/settings', { schema, config: { permission: 'operate' } }, async () =>
    success(
      settingGroups.map(({ title, variables }) => ({
        title,
        settings: Object.entries<Variable>(variables).map(([name, { description }]) => {
          const value = config[name as keyof typeof config];
          const isSecret = secretName.test(name);
          return {
            name,
            value: isSecret || value === undefined ? null : shown(value),
            isSecret,
            isSet: value !== undefined,
            description,
          };
        }),
      })),
    ),
  );
};

function shown(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
