import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What one request of the server saw. */
export interface SeenRequest {
  path: string;
  range: string | undefined;
}

export interface CuttingServer {
  /** `http://127.0.0.1:port` */
  origin: string;
  /** Every request, in order. */
  seen: SeenRequest[];
  close(): Promise<void>;
}

/**
 * A web server on loopback that sends files by Range, and cuts the connection in the middle.
 * @param files by path
 * @param cuts how often each file is cut, at equal distances
 */
export async function cuttingServer(files: Readonly<Record<string, Buffer>>, cuts: number): Promise<CuttingServer> {
  const left = new Map(Object.keys(files).map((path) => [path, cuts]));
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    const { range } = request.headers;
    seen.push({ path, range });
    const file = files[path];
    if (!file) {
      response.writeHead(404).end();
      return;
    }
    const start = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
    const headers = { 'content-length': file.length - start, 'accept-ranges': 'bytes' };
    if (range === undefined) response.writeHead(200, headers);
    else response.writeHead(206, { ...headers, 'content-range': `bytes ${start}-${file.length - 1}/${file.length}` });
    const remaining = left.get(path) ?? 0;
    if (remaining === 0) {
      response.end(file.subarray(start));
      return;
    }
    left.set(path, remaining - 1);
    const end = Math.min(file.length - 1, start + Math.floor(file.length / (cuts + 1)));
    // Not destroyed: what was sent must arrive, so that each cut leaves something.
    response.write(file.subarray(start, end), () => response.socket?.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
