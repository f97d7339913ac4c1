import type { z } from 'zod';

/** How one environment variable is read and documented. */
export interface Variable<T = unknown> {
  description: string;
  /** Text that counts where the variable is unset. */
  default?: string;
  /** What stands in the table, where its text depends on the machine or says too little. */
  defaultShown?: string;
  /** Takes the variable's text. Messages say what is expected and never repeat what was given. */
  schema: z.ZodType<T>;
}
