import { createServer } from 'node:http';

export const heard: object[] = [];
/** Ports of our own listeners: no server's. */
export const own = new Set<number>();
/** A host that only this sandbox can reach, and that notes who asked it for what. */
export const listen = (answer: string): Promise<object> =>
  new Promise((resolve, reject) => {
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => {
        if (body.length < 4096) body += chunk.toString('utf8').slice(0, 4096);
      });
      request.on('end', () => {
        if (heard.length < 1000)
          heard.push({ method: request.method, url: request.url, headers: request.headers, body });
        // Whoever is sent on from here comes by the address itself.
        const to = /^\/to(\/[\w-]+)$/.exec(request.url ?? '')?.[1];
        if (to !== undefined)
          response.writeHead(302, { location: `http://127.0.0.1:${request.socket.localPort}${to}` });
        response.end(answer);
      });
    });
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const at = server.address();
      const port = at !== null && typeof at === 'object' ? at.port : 0;
      own.add(port);
      resolve({ port });
    });
  });
