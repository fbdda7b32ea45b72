import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { writeTar } from '../../src/core/tar.js';

/** Packs files into the archive of a chart, as they are named. */
export function pack(files: Readonly<Record<string, string>>): Buffer {
  const entries = Object.entries(files).map(([name, text]) => ({
    name,
    kind: 'file' as const,
    mode: 0o644,
    mtime: 0,
    data: Buffer.from(text),
    target: '',
  }));
  return gzipSync(writeTar(entries));
}

/** The package of a small chart. */
export function chartOf(
  name: string,
  version = '1.0.0',
  more: Readonly<Record<string, string>> = {},
): Buffer {
  return pack({
    [`${name}/Chart.yaml`]: `apiVersion: v2\nname: ${name}\nversion: ${version}\nappVersion: "9"\ndescription: Says hello.\nhome: https://example.com\nicon: https://example.com/icon.png\nmaintainers:\n- name: ann\n  email: ann@example.com\n`,
    [`${name}/values.yaml`]: 'replicas: 1\n',
    [`${name}/README.md`]: '# Hello\n',
    ...more,
  });
}

/** A chart repository on a port of its own. */
export interface ChartRepo {
  readonly url: string;
  /** What it answers by path; changes count at once. */
  readonly files: Map<string, string | Buffer>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Serves files as a chart repository does. */
export async function serveCharts(files: Readonly<Record<string, string | Buffer>>): Promise<ChartRepo> {
  const held = new Map(Object.entries(files));
  const server = createServer(({ url = '' }, response) => {
    const found = held.get(url.slice(1));
    response.writeHead(found === undefined ? 404 : 200).end(found);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    files: held,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) =>
        server.close(() => {
          resolve();
        }),
      ),
  };
}

/** An index of charts by name and version. */
export function indexOf(charts: Readonly<Record<string, readonly string[]>>): string {
  const entries = Object.entries(charts).map(([name, versions]) => {
    const items = versions.map(
      (version) =>
        `  - name: ${name}\n    version: ${version}\n    digest: ${name}-${version}\n    description: ${name} of the repository\n    urls: [${name}-${version}.tgz]\n`,
    );
    return `  ${name}:\n${items.join('')}`;
  });
  return `apiVersion: v1\nentries:\n${entries.join('')}`;
}
