import { createHash } from 'node:crypto';
import { ApiError, notFound } from '../../core/api-error.js';
import { digObject, digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { inRange } from '../../core/release.js';
import type { Reply, RequestContext, Resource } from '../../registry/contract.js';
import { objectReply } from '../../registry/entity-reply.js';
import { dropFiles, keepFile, keptFile } from '../../registry/kept-files.js';
import { readMultipart, type FormPart } from '../../registry/read-multipart.js';
import { updateObject } from '../../registry/verbs/update.js';
import { jenkinsNamespace } from './jenkins/jobs.js';
import { serviceError, withServiceErrors } from './of-2.1/service-error.js';

const address = 'http://ks-apiserver.kubesphere-system.svc/kapis/devops.kubesphere.io/v1alpha2';
const units = 'BKMGT';

function kindOf({ catalog, release }: RequestContext): Resource {
  return catalog.get(
    'devops.kubesphere.io',
    inRange(release.name, { until: 'v2.1' }) ? 's2ibinary' : 's2ibinaries',
  );
}

/**
 * `PUT /namespaces/{namespace}/s2ibinaries/{s2ibinary}/file`: a file to build an image from.
 *
 * @throws ApiError 400 without one, or where its MD5 is another; 500 for a binary there is not
 * @see kubesphere/kubesphere pkg/models/devops/s2ibinary_handler.go
 */
export function uploadBinary(context: RequestContext): Reply {
  return withServiceErrors(() => {
    const { namespace = '', s2ibinary: name = '' } = context.params;
    const parts = partsOf(context);
    const files = parts.filter((part) => part.filename !== undefined && part.name === 's2ibinary');
    const [file] = files;
    if (file === undefined) throw serviceError(400, 'could not get file from form');
    if (files.length > 1) throw serviceError(400, 's2ibinary should only have one file');
    const md5 = createHash('md5').update(file.content).digest('hex');
    const given = parts.find((part) => part.name === 'md5')?.content.toString('utf8');
    if (given !== undefined && given !== md5)
      throw serviceError(400, `md5 not match, origin: ${given}, calculate: ${md5}`);
    const binary = existing(context);
    const fileName = file.filename ?? '';
    const kept = `${namespace}-${name}`;
    dropFiles(context, jenkinsNamespace, [kept]);
    keepFile(context, jenkinsNamespace, kept, file.content);
    const spec = {
      ...digObject(binary, 'spec'),
      fileName,
      md5,
      size: byteSize(file.content.length),
      downloadURL: `${address}/namespaces/${namespace}/s2ibinaries/${name}/file/${fileName}`,
      uploadTimeStamp: context.world.clock.timestamp(),
    };
    const changed = { ...binary, spec, status: { ...digObject(binary, 'status'), phase: 'Ready' } };
    const { object } = updateObject(context, kindOf(context), changed, { unconditional: true });
    return objectReply(context, kindOf(context), object, 'created');
  });
}

/**
 * `GET …/s2ibinaries/{s2ibinary}/file/{file}`.
 *
 * Differs from KubeSphere: the file is answered, where the real one sends the client to its object store.
 *
 * @throws ApiError 400 before anything was uploaded, 500 for a binary or file there is not
 */
export function downloadBinary(context: RequestContext): Reply {
  return withServiceErrors(() => {
    const { namespace = '', s2ibinary: name = '', file = '' } = context.params;
    const binary = existing(context);
    if (digString(binary, 'spec', 'fileName') !== file)
      throw new ApiError(500, 'InternalError', `could not fould file ${file}`);
    if (digString(binary, 'status', 'phase') !== 'Ready')
      throw serviceError(400, 'file is not ready, please try later');
    return {
      status: 200,
      contentType: 'application/octet-stream',
      headers: { 'Content-Disposition': `attachment; filename="${file}"` },
      body: keptFile(context, jenkinsNamespace, `${namespace}-${name}`),
    };
  });
}

function existing(context: RequestContext): KubeObject {
  const { namespace = '', s2ibinary: name = '' } = context.params;
  const found = context.cluster.store.find(kindOf(context), namespace, name)?.object;
  if (found !== undefined) return found;
  const { message } = notFound({ group: 'devops.kubesphere.io', plural: 's2ibinary' }, name);
  throw new ApiError(500, 'InternalError', message);
}

function partsOf({ headers, body }: RequestContext): readonly FormPart[] {
  const type = headers['content-type'];
  if (typeof type !== 'string' || !type.startsWith('multipart/form-data'))
    throw serviceError(400, "request Content-Type isn't multipart/form-data");
  return readMultipart(type, body ?? Buffer.alloc(0));
}

/** Bytes as `1.5K`. @see cloudfoundry/bytefmt bytes.go */
function byteSize(bytes: number): string {
  if (bytes === 0) return '0B';
  const unit = Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  return `${(bytes / 1024 ** unit).toFixed(1).replace(/\.0$/, '')}${units.charAt(unit)}`;
}
