import { relative } from 'node:path';
import { absolutePath, wholeNumber } from '../../util/options.js';
import { issueCertificate } from '../certificate/certificate-folder.js';
import { parseNames } from '../certificate/local-authority.js';
import { defineCommand } from '../command.js';

/** Iphones take no certificate that is good for longer. */
const MAX_DAYS = 825;

export const certificate = defineCommand({
  about:
    'Makes a certificate for HTTPS in a local network, signed by an authority of your own, which you install on phones and computers once. Run again, it renews the certificate; a running server takes it within seconds. See docs/https.md.',
  operands: ['<name[,name]>'],
  options: {
    folder: {
      type: 'string',
      value: 'FOLDER',
      default: 'tls',
      help: 'where ca.crt, ca.key, server.crt and server.key lie',
      read: absolutePath,
    },
    days: {
      type: 'string',
      value: 'N',
      default: '397',
      help: `days until it ends, 1 to ${MAX_DAYS}`,
      read: wholeNumber(1, MAX_DAYS),
    },
    newCa: { type: 'boolean', help: 'make a new authority, although there is one: no device knows it' },
  },
  notes: `  facesearch certificate 192.168.1.10,school.lan
  TLS_CERT=tls/server.crt TLS_KEY=tls/server.key npm start`,
  async run({ folder, days, newCa }, [names = '']) {
    const issued = issueCertificate({ folder, names: parseNames(names), days, renewAuthority: newCa });
    const here = (file: string) => relative('', file) || '.';
    const lines = [
      issued.madeAuthority
        ? `A new authority: install ${here(issued.authority)} on each phone and computer.`
        : `Signed by the authority ${here(issued.authority)}: devices that have it need nothing new.`,
      `Its SHA-256, to be compared there: ${issued.fingerprint}`,
      `The certificate is good until ${issued.validTo.toISOString().slice(0, 10)}. Start the server with`,
      `  TLS_CERT=${here(issued.cert)} TLS_KEY=${here(issued.key)}`,
      `Keep ca.key away from others: who has it can pretend to be any website on these devices.`,
    ];
    console.log(lines.join('\n'));
  },
});
