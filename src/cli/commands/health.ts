import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { readConfig } from '../../config/config.js';
import { defineCommand } from '../command.js';

export const health = defineCommand({
  about: "Asks the server on this machine's PORT whether it is ready; for a container's health check.",
  async run() {
    const { PORT, TLS_CERT } = readConfig(process.env);
    process.exitCode = (await isReady(PORT, TLS_CERT !== undefined)) ? 0 : 1;
  },
});

function isReady(port: number, tls: boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const options = { host: '127.0.0.1', port, path: '/ready', timeout: 2_500, agent: false };
    // The certificate is for the server's public name, and nothing stands between a machine and itself.
    const request = tls ? tlsRequest({ ...options, rejectUnauthorized: false }) : plainRequest(options);
    request.on('response', (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
    request.on('close', () => resolve(false));
    request.end();
  });
}
