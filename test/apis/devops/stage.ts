import type { InProcessFake } from '../../../src/kit/fake-ks-apiserver.js';
import { as, type Answer, type Asker } from '../../support/ask.js';

const group = '/kapis/devops.kubesphere.io';

/** A DevOps project, and what can be asked about its pipelines. */
export interface DevopsStage {
  readonly admin: Asker;
  readonly project: string;
  /** Where a pipeline is in v1alpha2. */
  readonly place: (pipeline: string) => string;
  /** Makes a pipeline of a Jenkinsfile. */
  readonly make: (name: string, jenkinsfile: string, more?: object) => Promise<Answer>;
  /** Makes one with branches. */
  readonly makeBranched: (name: string, url: string, annotations?: object) => Promise<Answer>;
}

/** A project of the workspace `demo` in a world whose clock stands still. */
export async function devopsStage(ks: InProcessFake): Promise<DevopsStage> {
  await ks.clock.freeze();
  const admin = await as(ks, 'admin');
  const at = `${group}/v1alpha3/workspaces/demo/devops`;
  const project = (await admin.send('POST', at, { metadata: { generateName: 'ship' } })).json.metadata.name;
  const pipelines = `${group}/v1alpha3/devops/${project}/pipelines`;
  return {
    admin,
    project,
    place: (pipeline) => `${group}/v1alpha2/devops/${project}/pipelines/${pipeline}`,
    make: (name, jenkinsfile, more = {}) =>
      admin.send('POST', pipelines, {
        metadata: { name },
        spec: { type: 'pipeline', pipeline: { name, jenkinsfile, ...more } },
      }),
    makeBranched: (name, url, annotations = {}) =>
      admin.send('POST', pipelines, {
        metadata: { name, annotations },
        spec: {
          type: 'multi-branch-pipeline',
          multi_branch_pipeline: {
            name,
            source_type: 'git',
            script_path: 'Jenkinsfile',
            git_source: { url },
          },
        },
      }),
  };
}
