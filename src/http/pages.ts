import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import express from 'express';

/** The documents a page shows. */
export interface ShownDocuments {
  /** The first is shown first. */
  readonly names: readonly string[];
  document(name: string): object | undefined;
}

/** Answers requests below `/swagger-ui/`. @param prefix Of the space asked in, without a slash at the end; else empty */
export type Pages = (request: IncomingMessage, response: ServerResponse, url: string, prefix: string) => void;

const root = '/swagger-ui/';
/** What lists call the packaged documents. */
const titles: Readonly<Record<string, string>> = {
  kubesphere: 'KubeSphere API',
  'kubesphere-crd': 'KubeSphere custom resources',
  kubernetes: 'Kubernetes API',
};
const shell = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>KubeSphere API (fake-ks-apiserver)</title>
<link rel="stylesheet" href="swagger-ui.css">
<link rel="stylesheet" href="index.css">
<link rel="icon" href="favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="swagger-ui-bundle.js"></script>
<script src="swagger-ui-standalone-preset.js"></script>
<script src="start.js"></script>
</body>
</html>
`;

/** Builds the pages of a server: Swagger UI from its package, without anything from elsewhere. */
export function createPages(documents: ShownDocuments): Pages {
  const app = express();
  app.disable('x-powered-by');
  const assets = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  app.get(['/swagger-ui', root, `${root}index.html`], (request, response) => {
    if (request.path === '/swagger-ui') response.redirect(301, '/swagger-ui/');
    else response.type('html').send(shell);
  });
  app.get(`${root}start.js`, (_, response) => {
    response.type('js').send(startScript(documents));
  });
  app.get([`${root}api.json`, `${root}documents/:name.json`], (request, response, next) => {
    const { name = documents.names[0] } = request.params as { readonly name?: string };
    const found = name === undefined ? undefined : documents.document(name);
    if (found === undefined) next();
    else
      response.json({
        ...found,
        basePath: `${String(request.headers['x-fake-prefix'] ?? '')}/`,
        securityDefinitions: { BearerToken: { type: 'apiKey', name: 'Authorization', in: 'header' } },
        security: [{ BearerToken: [] }],
      });
  });
  app.use(root, express.static(assets, { index: false }));
  app.use((_, response) => {
    response.status(404).type('text').send('404 page not found\n');
  });
  return (request, response, url, prefix) => {
    request.url = url;
    request.headers['x-fake-prefix'] = prefix;
    app(request, response);
  };
}

/** A token may be pasted with or without the word in front of it. */
function startScript({ names }: ShownDocuments): string {
  const urls = names.map((name) => ({
    name: titles[name] ?? name,
    url: `documents/${encodeURIComponent(name)}.json`,
  }));
  return `window.ui = SwaggerUIBundle({
  urls: ${JSON.stringify(urls).replaceAll('<', '\\u003c')},
  dom_id: '#swagger-ui',
  deepLinking: true,
  docExpansion: 'none',
  persistAuthorization: true,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  layout: 'StandaloneLayout',
  requestInterceptor: (request) => {
    const given = request.headers.Authorization;
    if (given && !/^\\w+ /.test(given)) request.headers.Authorization = 'Bearer ' + given;
    return request;
  },
});
`;
}
