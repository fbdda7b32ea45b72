import { clusterNameLabel, namespaceNameLabel } from '../../../core/app-store-keys.js';
import { digString, type JsonObject } from '../../../core/json.js';
import { annotation, label, type KubeObject } from '../../../core/kube-object.js';
import { creatorAnnotation } from '../../../core/well-known-keys.js';
import { dateTime, present } from './members.js';

/** `openpitrix.Application`. @see convertApplication */
export function showRelease(release: KubeObject): JsonObject {
  const spec = (key: string): string => digString(release, 'spec', key);
  const created = release.metadata.creationTimestamp;
  const [appId, versionId, chartName] = [spec('appId'), spec('appVerId'), spec('chartName')];
  const inner = spec('chartAppVer');
  return {
    name: chartName,
    cluster: present({
      additional_info: digString(release, 'status', 'message'),
      app_id: appId,
      cluster_id: release.metadata.name,
      create_time: dateTime(created),
      description: spec('description'),
      env: Buffer.from(spec('values'), 'base64').toString('utf8'),
      name: spec('name'),
      owner: annotation(release, creatorAnnotation),
      runtime_id: label(release, clusterNameLabel) ?? 'default',
      status: digString(release, 'status', 'state') || 'pending',
      status_time: dateTime(digString(release, 'status', 'lastUpdate') || created),
      version_id: versionId,
      zone: label(release, namespaceNameLabel),
    }),
    version: present({
      app_id: appId,
      name: inner === '' ? spec('chartVersion') : `${spec('chartVersion')} [${inner}]`,
      version_id: versionId,
    }),
    app: present({ app_id: appId, category_set: null, chart_name: chartName, name: chartName }),
  };
}
