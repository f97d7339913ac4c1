import { readConfig } from '../../config/config.js';
import { defineCommand } from '../command.js';
import { askOwnServer } from '../own-server.js';

export const health = defineCommand({
  about: "Asks the server on this machine's HOST and PORT whether it is ready; for a container's health check.",
  async run() {
    const { HOST, PORT, TLS_CERT } = readConfig(process.env);
    const reply = await askOwnServer({ host: HOST, port: PORT, tls: TLS_CERT !== undefined }, '/ready');
    process.exitCode = reply?.status === 200 ? 0 : 1;
  },
});
