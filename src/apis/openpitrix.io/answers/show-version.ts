import { dig, digArray, digString, type JsonObject } from '../../../core/json.js';
import { annotation, type KubeObject } from '../../../core/kube-object.js';
import { creatorAnnotation } from '../../../core/well-known-keys.js';
import { versionName } from '../../../controllers/helm/app-status.js';
import { appOf } from '../store.js';
import { dateTime, present } from './members.js';

/** The state of a version. */
export function stateOf(object: KubeObject): string {
  return digString(object, 'status', 'state') || 'draft';
}

/** `openpitrix.AppVersion`. @see convertAppVersion */
export function showVersion(version: KubeObject, releases?: number): JsonObject {
  const created = version.metadata.creationTimestamp;
  const [latest] = digArray(version, 'status', 'audit');
  const updated = latest === undefined ? created : digString(latest, 'time');
  return present({
    active: true,
    app_id: appOf(version),
    create_time: dateTime(created),
    description: digString(version, 'spec', 'description'),
    icon: digString(version, 'spec', 'icon'),
    name: versionName(version),
    owner: annotation(version, creatorAnnotation),
    status: stateOf(version),
    update_time: dateTime(updated),
    version_id: version.metadata.name,
    cluster_total: releases,
  });
}

/** `openpitrix.AppVersionAudit` of every entry, the newest first. @see convertAppVersionAudit */
export function showAudits(version: KubeObject): JsonObject[] {
  return digArray(version, 'status', 'audit').map((audit) =>
    present({
      app_id: appOf(version),
      message: digString(audit, 'message'),
      operator: digString(audit, 'operator'),
      operator_type: digString(audit, 'operatorType'),
      status: digString(audit, 'state'),
      status_time: dateTime(digString(audit, 'time')),
      version_id: version.metadata.name,
      version_name: versionName(version),
      version_type: 'helm',
    }),
  );
}

/** `openpitrix.AppVersionReview`. @see convertAppVersionReview */
export function showReview(version: KubeObject, workspace: string): JsonObject {
  const audit = dig(digArray(version, 'status', 'audit')[0] ?? {});
  const operator = digString(audit, 'operator');
  return present({
    app_id: appOf(version),
    app_name: digString(version, 'spec', 'name'),
    review_id: operator,
    reviewer: operator,
    status: digString(version, 'status', 'state'),
    status_time: dateTime(digString(audit, 'time')),
    version_id: version.metadata.name,
    version_name: versionName(version),
    workspace,
  });
}
