import type { Logger } from 'pino';
import { type Config, readConfig } from '../../config/config.js';
import { misspeltSettings } from '../../config/misspelt.js';
import { createLogger } from '../../observability/logging.js';
import { serveMetrics } from '../../observability/metrics/metrics-server.js';
import { openServer, type Server } from '../../server.js';
import { defineCommand } from '../command.js';

export const serve = defineCommand({
  about:
    'Starts the server on HOST and PORT, with the settings of the environment (docs/configuration.md). It closes gracefully on SIGTERM or SIGINT. `facesearch models` must have run once.',
  async run() {
    try {
      await start();
    } catch (error) {
      // What stops a start is for the operator to fix, so its message says more than its stack.
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exit(1);
    }
  },
});

async function start(): Promise<void> {
  const config = readConfig(process.env);
  const logger = createLogger(config.LOG_LEVEL);
  for (const { given, meant } of misspeltSettings(process.env))
    logger.warn({ variable: given, meant }, 'the environment has a variable that is no setting, but resembles one');
  const server = await openServer(config, logger);
  closeOnSignals(server, logger, config.SHUTDOWN_GRACE);
  const keyShown = server.firstKey.then((key) => {
    if (key !== undefined) showFirstKey(key, config);
  });
  // The same failure ends the start below.
  keyShown.catch(() => undefined);
  if (server.metrics && config.METRICS_PORT !== undefined)
    await serveMetrics(server.metrics, { host: config.METRICS_HOST, port: config.METRICS_PORT }, logger);
  if (config.LISTEN === 'when-ready') await server.started;
  // Before the models are loaded, so that a supervisor sees a live process at once.
  await server.app.listen({ host: config.HOST, port: config.PORT });
  await server.started;
  logger.info('ready');
}

/** Not through the logger, whose lines are kept and collected. */
function showFirstKey(key: string, { PORT, TLS_CERT }: Pick<Config, 'PORT' | 'TLS_CERT'>): void {
  const at = PORT === 0 ? '/console' : `${TLS_CERT ? 'https' : 'http'}://localhost:${PORT}/console`;
  process.stdout.write(
    `\nNo API key existed, so one was made. It is shown only now; log in with it at ${at}, or send it in the header api_key:\n\n  ${key}\n\n`,
  );
}

/** Finishes what is running on the first SIGTERM or SIGINT, and gives up after the grace or on the second. */
function closeOnSignals(server: Server, logger: Logger, graceSeconds: number): void {
  let closing = false;
  const close = async (signal: NodeJS.Signals) => {
    if (closing) process.exit(1);
    closing = true;
    logger.info({ signal, graceSeconds }, 'closing');
    setTimeout(() => {
      logger.warn('requests were cut off: they did not finish in time');
      process.exit(1);
    }, graceSeconds * 1000).unref();
    try {
      await server.close();
      logger.info('closed');
      process.exit(0);
    } catch (error) {
      logger.fatal({ err: error }, 'could not close');
      process.exit(1);
    }
  };
  process.on('SIGTERM', close);
  process.on('SIGINT', close);
}
