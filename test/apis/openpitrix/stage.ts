import { expect } from 'vitest';
import { startFakeKsApiserver, type InProcessFake, type ReleaseName } from '../../../src/index.js';
import { as, type Answer, type Asker } from '../../support/ask.js';
import { chartOf } from '../../support/chart.js';

/** Root of the group's first version. */
export const v1 = '/kapis/openpitrix.io/v1';
/** Its objects where Kubernetes serves them. */
export const native = '/apis/application.kubesphere.io/v1alpha1';

/** A fake with its admin. */
export interface Stage {
  readonly ks: InProcessFake;
  readonly admin: Asker;
}

/** A server that stands still at the first moment of 2026. */
export async function start(release: ReleaseName = 'v3.4'): Promise<Stage> {
  const ks = await startFakeKsApiserver({ release, now: '2026-01-01T00:00:00Z' });
  return { ks, admin: await as(ks, 'admin') };
}

/** The package of a small chart, as bodies carry it. */
export function packed(
  name = 'hello',
  version = '1.0.0',
  more: Readonly<Record<string, string>> = {},
): string {
  return chartOf(name, version, more).toString('base64');
}

/** Ids of an app that was just made. */
export interface AppIds {
  readonly app: string;
  readonly version: string;
}

/** Uploads an app. */
export async function upload(admin: Asker, name = 'hello', at = `${v1}/workspaces/demo`): Promise<AppIds> {
  const answer = await admin.send('POST', `${at}/apps`, {
    name,
    version_name: '1.0.0',
    version_type: 'helm',
    version_package: packed(),
  });
  expect(answer.status, answer.text).toBe(200);
  return { app: String(answer.json['app_id']), version: String(answer.json['version_id']) };
}

/** Has a version go through actions. */
export async function act(
  admin: Asker,
  { app, version }: AppIds,
  ...actions: readonly string[]
): Promise<void> {
  for (const action of actions) {
    const answer = await admin.send('POST', `${v1}/apps/${app}/versions/${version}/action`, { action });
    expect([action, answer.json]).toEqual([action, { message: 'success' }]);
  }
}

/** A member of every item of a list. */
export function each({ json }: Answer, key: string): unknown[] {
  return json.items.map((item) => item[key]);
}
