import type { Command } from './command.js';

export interface Entry {
  name: string;
  /** One line for the list of commands. */
  summary: string;
  /** Loads its code: the models' runtime and the like are not read for a command that does without. */
  load(): Promise<Command>;
}

/** Every command, in the order of the list that `facesearch help` prints. */
export const commands: readonly Entry[] = [
  {
    name: 'serve',
    summary: 'Starts the server.',
    load: async () => (await import('./commands/serve.js')).serve,
  },
  {
    name: 'models',
    summary: 'Fetches and prepares the models of the pack where they are missing.',
    load: async () => (await import('./commands/models.js')).models,
  },
  {
    name: 'keys',
    summary: 'Makes, lists and revokes API keys.',
    load: async () => (await import('./commands/keys.js')).keys,
  },
  {
    name: 'users',
    summary: 'Adds, lists and changes console users.',
    load: async () => (await import('./commands/users.js')).users,
  },
  {
    name: 'webhooks',
    summary: "Lists, adds, deletes and retries a tenant's webhooks.",
    load: async () => (await import('./commands/webhooks.js')).webhooks,
  },
  {
    name: 'doctor',
    summary: 'Looks at everything that the server needs, and says what to fix.',
    load: async () => (await import('./commands/doctor.js')).doctor,
  },
  {
    name: 'certificate',
    summary: 'Makes and renews a certificate for HTTPS in a local network.',
    load: async () => (await import('./commands/certificate.js')).certificate,
  },
  {
    name: 'import',
    summary: 'Sends a folder or a CSV file of photos to a running server.',
    load: async () => (await import('./commands/import.js')).importCommand,
  },
  {
    name: 'compare',
    summary: 'Asks a running server whether two photos show one person.',
    load: async () => (await import('./commands/compare.js')).compare,
  },
  {
    name: 'export',
    summary: 'Writes users and vectors of a collection as JSON lines.',
    load: async () => (await import('./commands/export.js')).exportCommand,
  },
  {
    name: 'import-vectors',
    summary: 'Merges the file of an export into a collection, while no server runs.',
    load: async () => (await import('./commands/import-vectors.js')).importVectors,
  },
  {
    name: 'backup',
    summary: 'Copies the data folder into one file.',
    load: async () => (await import('./commands/backup.js')).backup,
  },
  {
    name: 'restore',
    summary: 'Puts the data of a backup into the data folder, while no server runs.',
    load: async () => (await import('./commands/restore.js')).restoreCommand,
  },
  {
    name: 'data-key',
    summary: 'Makes a data key, and encrypts or decrypts the data folder, while no server runs.',
    load: async () => (await import('./commands/data-key.js')).dataKey,
  },
  {
    name: 'move',
    summary: 'Moves all data between SQLite and PostgreSQL, and photos between a folder and S3, while no server runs.',
    load: async () => (await import('./commands/move.js')).move,
  },
  {
    name: 're-embed',
    summary: 'Moves the gallery to the model of another pack, from the photos that were kept.',
    load: async () => (await import('./commands/re-embed.js')).reEmbedCommand,
  },
  {
    name: 'migrate-from-fpt',
    summary: 'Fills a collection with the users of the cloud service and a folder of their photos.',
    load: async () => (await import('./commands/migrate-from-fpt.js')).migrateFromFpt,
  },
  {
    name: 'shadow',
    summary: 'Searches for the photos of a folder on two servers, and tells how far they agree.',
    load: async () => (await import('./commands/shadow.js')).shadowCommand,
  },
  {
    name: 'eval',
    summary: 'Measures face recognition and the gates on a folder of labelled photos.',
    load: async () => (await import('./commands/eval.js')).evaluate,
  },
  {
    name: 'calibrate',
    summary: 'Computes the scale of similarities from labelled photos, or from the own gallery.',
    load: async () => (await import('./commands/calibrate.js')).calibrate,
  },
  {
    name: 'health',
    summary: 'Ends with 0 when the server of this machine is ready, or else with 1.',
    load: async () => (await import('./commands/health.js')).health,
  },
];
