import type { FastifyInstance } from 'fastify';
import { type ErrorName, errorRow, type Reason } from '../core/errors.js';

/** How an API tells refusals, where it differs from the table of errors: public clients of each compare codes and texts. */
export interface Dialect {
  /** By reason, or for all reasons of a row. */
  codes?: { readonly [name in ErrorName | Reason]?: number };
  texts?: { readonly [reason in Reason]?: string };
  /** Member `message` of every business reply, refusals included. */
  message?: string;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    dialect?: Dialect;
  }
}

/** Gives the routes of this scope a dialect; what an outer scope said before holds where this one says nothing. */
export function speak(app: FastifyInstance, dialect: Dialect): void {
  app.addHook('onRoute', (route) => {
    const outer = route.config?.dialect;
    route.config = {
      ...route.config,
      dialect: { ...outer, ...dialect, codes: { ...outer?.codes, ...dialect.codes } },
    };
  });
}

/** The code and the text of a reason. @param text that of the table, with its values */
export function spoken(
  errorName: ErrorName,
  reason: Reason,
  text: string,
  { codes, texts }: Dialect = {},
): { code: number; text: string } {
  const code = codes?.[reason] ?? codes?.[errorName] ?? errorRow(errorName).code;
  return { code, text: texts?.[reason] ?? text };
}
