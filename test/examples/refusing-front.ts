import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Stands before a server and refuses the first of each kind of call, by turns with 503 and 429; the second goes
 * through, as behind a rate limit or while the server starts.
 */
export async function refusingFront(port: number) {
  const refused = new Map<string, number>();
  const front = createServer((incoming, outgoing) => {
    const call = `${incoming.method} ${incoming.url}`;
    if (!refused.has(call)) {
      const code = refused.size % 2 === 0 ? 503 : 429;
      refused.set(call, code);
      // Read to the end, so that the client sees a reply and not a broken pipe.
      incoming.resume().on('end', () => {
        outgoing.writeHead(code, { 'retry-after': '1', 'content-type': 'application/json; charset=utf-8' });
        outgoing.end(JSON.stringify({ data: 'Come again.', code: String(code) }));
      });
      return;
    }
    const { method, url: path, headers } = incoming;
    const onward = request({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(front.address() as AddressInfo).port}`,
    /** The calls that were refused once, with the code, since the last time that this was asked. */
    takeRefused() {
      const calls = Object.fromEntries(refused);
      refused.clear();
      return calls;
    },
    close() {
      front.closeAllConnections();
      return new Promise<void>((resolve) => front.close(() => resolve()));
    },
  };
}
