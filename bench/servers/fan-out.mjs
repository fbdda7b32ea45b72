// The floor for watches: node:http that writes an event of a usual size to every answer it holds open, at each POST.
import { createServer } from 'node:http';

const object = {
  kind: 'ConfigMap',
  apiVersion: 'v1',
  metadata: {
    name: 'event-0',
    namespace: 'default',
    uid: '00000000-0000-4000-8000-000000000000',
    resourceVersion: '10000',
    creationTimestamp: '2026-01-01T00:00:00Z',
  },
};
const line = Buffer.from(`${JSON.stringify({ type: 'ADDED', object })}\n`);
const open = new Set();
const server = createServer((request, response) => {
  if (request.method === 'GET') {
    response.writeHead(200, { 'Content-Type': 'application/json' }).flushHeaders();
    open.add(response);
    return;
  }
  request.resume().once('end', () => {
    for (const other of open) other.write(line);
    response.writeHead(201).end('{}');
  });
});
server.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
