import { type IncomingMessage, request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { readConfig } from '../src/config.js';

/** Ends with 0 when the server of this machine answers that it is ready; for a container's health check. */
const { PORT, TLS_CERT } = readConfig(process.env);
const options = { host: '127.0.0.1', port: PORT, path: '/ready', timeout: 2_500 };
const onReply = ({ statusCode }: IncomingMessage) => process.exit(statusCode === 200 ? 0 : 1);
// The certificate is for the server's public name, and nobody stands between a machine and itself.
const request = TLS_CERT
  ? tlsRequest({ ...options, rejectUnauthorized: false }, onReply)
  : plainRequest(options, onReply);
request.on('timeout', () => process.exit(1));
request.on('error', () => process.exit(1));
request.end();
