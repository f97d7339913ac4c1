import type { IncomingMessage, ServerResponse } from 'node:http';

export type Trouble = 'store, then drop' | 'drop' | 'store, then 502' | 'html 503' | 'wait' | 'fine';

/** A server that speaks as much of the contract as an import does, and has a trouble for each photo to add. */
export class TroubledServer {
  readonly faces: string[] = [];
  readonly calls: string[] = [];
  /** Called when a photo has come, before it is answered. */
  onAdd: () => Promise<void> | void = () => {};
  #troubles: Trouble[];

  constructor(troubles: Trouble[]) {
    this.#troubles = [...troubles];
  }

  readonly answer = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const path = (request.url ?? '').replace(/^.*\/v[14]/, '').replace(/\?.*/, '');
    const say = (data: unknown, status = 200, headers = {}) =>
      response.writeHead(status, headers).end(JSON.stringify({ data, code: String(status) }));
    if (path === '/list') return say(this.calls.includes('/create') ? [{ id: 'an', name: 'an' }] : []);
    if (path === '/status') return say({ tenant: 'acme', readOnly: false, permissions: ['search', 'enrol', 'list'] });
    this.calls.push(path);
    if (path === '/create') return say('User created/updated');
    if (path === '/candidates') {
      const { photo } = JSON.parse(body.toString()) as { photo: string };
      const face = Buffer.from(photo, 'base64').toString();
      return say(this.faces.includes(face) ? [{ id: 'an', similarity: 1 }] : [{ id: 'an', similarity: 0.99 }]);
    }
    const form = await new Response(body, { headers: request.headers as Record<string, string> }).formData();
    const vector = form.get('vector');
    const face =
      typeof vector === 'string'
        ? Buffer.from(JSON.parse(vector) as number[]).toString()
        : await (form.get('file') as File).text();
    // The text of the photo, as numbers.
    if (path === '/extract_from_fm') return say({ vector: [...Buffer.from(face)] });
    await this.onAdd();
    const trouble = this.#troubles.shift() ?? 'fine';
    if (trouble.startsWith('store') || trouble === 'fine') this.faces.push(face);
    if (trouble.endsWith('drop')) return request.socket.destroy();
    if (trouble === 'html 503') return response.writeHead(503).end('<html>');
    if (trouble === 'wait') return say('Too many requests', 429, { 'retry-after': '1' });
    if (trouble.endsWith('502')) return response.writeHead(502).end('Bad Gateway');
    return say('Add photo success');
  };
}
