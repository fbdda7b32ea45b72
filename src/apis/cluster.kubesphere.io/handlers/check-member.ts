import { ApiError, badRequest } from '../../../core/api-error.js';
import { dig, digString, type Json } from '../../../core/json.js';
import { annotation, type KubeObject } from '../../../core/kube-object.js';
import { readYamlText } from '../../../core/read-yaml-text.js';
import { inRange } from '../../../core/release.js';
import type { RequestContext } from '../../../registry/contract.js';
import { objectIn, parsed, type MemberApi } from './member-api.js';

const namespace = 'kubesphere-system';
const configName = 'kubesphere-config';

/** The uid of a cluster's `kube-system`, by which clusters are told apart. @throws ApiError 400 */
export async function uidOfMember(member: MemberApi): Promise<string> {
  const answer = await member.get('/api/v1/namespaces/kube-system');
  return digString(objectIn(answer, 'get namespaces kube-system'), 'metadata', 'uid');
}

/** Sees whether a cluster's kube-apiserver answers at all. @throws ApiError 400 */
export async function checkVersion(member: MemberApi): Promise<void> {
  const answer = await member.get('/version?timeout=10s');
  // Differs from KubeSphere: another fake of a release before 3.4 in the place of a kube-apiserver has no such path.
  if (answer.status !== 404) objectIn(answer, 'get version');
}

/** Refuses a cluster that has a host already. @throws ApiError 400 */
export async function checkUnmanaged(member: MemberApi): Promise<void> {
  const answer = await member.get(`/api/v1/namespaces/${namespace}`);
  if (answer.status === 404) return;
  const found = objectIn(answer, `get namespaces ${namespace}`) as unknown as KubeObject;
  const host = annotation(found, 'cluster.kubesphere.io/host-cluster') ?? '';
  if (host !== '') throw badRequest(`current cluster is managed by another host cluster '${host}'`);
}

/**
 * Sees whether KubeSphere answers in a cluster, through its kube-apiserver.
 *
 * @throws ApiError 400
 */
export async function checkKubeSphere({ release }: RequestContext, member: MemberApi): Promise<void> {
  const since41 = inRange(release.name, { since: 'v4.1' });
  const services = `/api/v1/namespaces/${namespace}/services`;
  const path = since41
    ? `${services}/http:ks-apiserver:80/proxy/version`
    : `${services}/:ks-apiserver:/proxy/kapis/version`;
  const { status, text } = await member.get(path).catch((error: unknown) => {
    if (!(error instanceof ApiError)) throw error;
    if (!since41) throw badRequest(`unable validate kubesphere endpoint, ${error.message}`);
    return { status: 0, text: '' };
  });
  if (status === 200 && parsed(text) !== undefined) return;
  // 3.x hands the values over in another order than its text wants them.
  const why = since41
    ? `invalid response: ${text}, please make sure ks-apiserver.${namespace}.svc of member cluster is up and running`
    : `invalid response: ks-apiserver , please make sure ${namespace}.${text}.svc of member cluster is up and running`;
  throw badRequest(`unable validate kubesphere endpoint, ${why}`);
}

/**
 * Compares the configuration of KubeSphere in a cluster with the host's.
 *
 * @throws ApiError 400 when they do not go together
 */
export async function checkConfiguration(context: RequestContext, member: MemberApi): Promise<void> {
  const { release, world } = context;
  const answer = await member.get(`/api/v1/namespaces/${namespace}/configmaps/${configName}`);
  const refused = (why: string): ApiError =>
    badRequest(`failed to validate member cluster configuration, err: ${why}`);
  let theirs: Json;
  try {
    theirs = configurationIn(objectIn(answer, `get configmaps ${configName}`));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw refused(error.message);
  }
  const host = world.host.store.find({ group: '', plural: 'configmaps' }, namespace, configName)?.object;
  if (jwtSecretOf(host === undefined ? null : configurationIn(host)) !== jwtSecretOf(theirs)) {
    throw refused(
      'hostcluster Jwt is not equal to member cluster jwt, please edit the member cluster cluster config',
    );
  }
  const role = digString(theirs, 'multicluster', 'clusterRole');
  // Differs from KubeSphere: a configuration that says nothing of its role is taken for a member's.
  if (release.name === 'v3.4' && role !== '' && role !== 'member')
    throw refused("the clusterRole of the member cluster must be 'member'");
}

/** Where the releases keep the secret; what neither says is the same. */
function jwtSecretOf(configuration: Json): string {
  const authentication = dig(configuration, 'authentication');
  return digString(authentication, 'issuer', 'jwtSecret') || digString(authentication, 'jwtSecret');
}

function configurationIn(configMap: Json | KubeObject): Json {
  const place = `${namespace}/configmap/${configName}`;
  const text = dig(configMap, 'data', 'kubesphere.yaml');
  if (typeof text !== 'string') throw badRequest(`failed to get ${place} kubesphere.yaml value`);
  try {
    return readYamlText(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw badRequest(`failed to unmarshal value from ${place}. err: ${why}`);
  }
}
