import { ApiError, badRequest } from '../../../core/api-error.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { readBodyObject } from '../../../registry/read-json-body.js';
import { json } from '../../../registry/reply.js';
import { createObject } from '../../../registry/verbs/create.js';
import { AskError, askServer } from '../../../upstream/ask-server.js';
import { convertDashboard } from './convert-dashboard.js';
import { StructReader } from './struct-reader.js';

/**
 * Makes a dashboard of Grafana, given as text or by its address, one of KubeSphere, and stores it.
 *
 * @throws ApiError 400 in the words of the real server
 * @see kubesphere/kubesphere pkg/kapis/monitoring/v1alpha3/handler.go handleGrafanaDashboardImport (v3.3.2)
 */
export async function importDashboard(context: RequestContext): Promise<Reply> {
  const sent = readBodyObject(context, 'monitoring.DashboardEntity');
  const entity = new StructReader(sent, 'DashboardEntity');
  const { grafanaDashboardName: name = '', namespace } = context.params;
  const address = entity.text('grafanaDashboardUrl');
  const text = entity.text('grafanaDashboardContent');
  if (address === '' && text === '')
    throw badRequest(
      'the requested parameter grafanaDashboardUrl and grafanaDashboardContent cannot be empty at the same time',
    );
  const spec = converted(address === '' ? text : await download(address));
  const plural = namespace === undefined ? 'clusterdashboards' : 'dashboards';
  const resource = context.catalog.get('monitoring.kubesphere.io', plural);
  if (context.cluster.store.find(resource, namespace, name) !== undefined)
    throw badRequest('dashboards with the same name already exists.');
  const { object } = refusedAsBad(() =>
    createObject(context, resource, {
      apiVersion: 'monitoring.kubesphere.io/v1alpha2',
      kind: resource.kind,
      metadata: {
        name,
        ...(namespace !== undefined && { namespace }),
        annotations: { 'kubesphere.io/description': entity.text('description') },
      },
      spec,
    }),
  );
  return json({ metadata: object.metadata, spec });
}

function converted(content: string): ReturnType<typeof convertDashboard> {
  try {
    return convertDashboard(content);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code === 501) throw error;
    throw badRequest(`could parse input: could not unmarshall dashboard: ${error.message}`, { cause: error });
  }
}

async function download(address: string): Promise<string> {
  if (!address.startsWith('/') && !/^[a-zA-Z][\w+.-]*:/.test(address))
    throw badRequest(`parse ${JSON.stringify(address)}: invalid URI for request`);
  try {
    return (await askServer(address)).body.toString('utf8');
  } catch (error) {
    if (error instanceof AskError) throw badRequest(error.message, { cause: error });
    throw error;
  }
}

function refusedAsBad<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof ApiError) throw badRequest(error.message, { cause: error });
    throw error;
  }
}
