import { digString, type JsonObject } from '../../../src/core/json.js';
import { Raw, type Facts, type Need } from './need.js';

const form = (fields: Readonly<Record<string, string>>): Raw =>
  new Raw('application/x-www-form-urlencoded', new URLSearchParams(fields).toString());

/** Waits with a question in its only stage, whose id is 5; its steps are 7 and 8. */
const jenkinsfile = `pipeline {
  agent any
  stages {
    stage('gate') {
      steps {
        echo 'hello'
        input(id: 'go', message: 'go on?')
      }
    }
  }
}`;
const basicAuth = 'credential.devops.kubesphere.io/basic-auth';
const password = { type: 'username_password', username_password: { username: 'ann', password: 'secret' } };
const model = {
  pipeline: { agent: { type: 'any' }, stages: [{ name: 'one', branches: [{ name: 'default', steps: [] }] }] },
};
const annotations = {
  'pipeline.devops.kubesphere.io/jenkins-branches': '[{"name":"master"}]',
  'pipeline.devops.kubesphere.io/jenkinsfile': jenkinsfile,
};
const binary = new Raw(
  'multipart/form-data; boundary=B',
  '--B\r\nContent-Disposition: form-data; name="s2ibinary"; filename="app.jar"\r\n\r\nJAR\r\n--B--\r\n',
);
const withBranches = /\/branches|\/scan$|\/consolelog$/;

function pipelineSpec({ asked }: Need, name: string): JsonObject {
  if (!withBranches.test(asked.path)) return { type: 'pipeline', pipeline: { name, jenkinsfile } };
  const source = { source_type: 'git', script_path: 'Jenkinsfile', git_source: { url: '' } };
  return { type: 'multi-branch-pipeline', multi_branch_pipeline: { name, ...source } };
}

/** A pipeline of 2.1, which knows a branch where one is asked for. */
async function pipelineOf21(need: Need): Promise<string | undefined> {
  const { release, params, name, call, host, asked } = need;
  if (release !== 'v2.1') return undefined;
  const place = `/kapis/devops.kubesphere.io/v1alpha2/devops/${params['devops'] ?? ''}/pipelines`;
  await call('POST', place, pipelineSpec(need, name));
  if (!withBranches.test(asked.path)) return name;
  const made = host.store.list({ group: 'devops.kubesphere.io', plural: 'pipelines' }).at(-1)?.object;
  const at = '/apis/devops.kubesphere.io/v1alpha3/namespaces/kubesphere-devops-system/pipelines';
  const metadata = { ...made?.metadata, annotations: { ...made?.metadata.annotations, ...annotations } };
  await call('PUT', `${at}/${metadata.name ?? ''}`, { ...made, metadata });
  return name;
}

/** SonarQube is asked about runs that have begun. */
async function runBefore({ params, call }: Need): Promise<Readonly<Record<string, string>>> {
  const { devops = '', pipeline = '', branch } = params;
  const place = `/kapis/devops.kubesphere.io/v1alpha2/devops/${devops}/pipelines/${pipeline}`;
  await call('POST', `${place}${branch === undefined ? '' : `/branches/${branch}`}/runs`, {});
  await call('POST', '/__fake/clock', { advance: '1m' });
  return {};
}

/** A run that has got as far as it gets by itself. */
async function startedRun({ operation, params, call }: Need): Promise<string> {
  const { devops = '', pipeline = '', branch } = params;
  const place = `/kapis/devops.kubesphere.io/v1alpha2/devops/${devops}/pipelines/${pipeline}`;
  await call('POST', `${place}${branch === undefined ? '' : `/branches/${branch}`}/runs`, {});
  if (operation.path.includes('{node}')) await call('POST', '/__fake/clock', { advance: '1m' });
  return '1';
}

/** What holds for DevOps projects and the Jenkins behind them. */
export const devopsFacts: Facts = {
  values: {
    'runs run': startedRun,
    'pipelines pipeline': pipelineOf21,
    'file file': async ({ params, call }) => {
      const { namespace = '', s2ibinary = '' } = params;
      const place = `/kapis/devops.kubesphere.io/v1alpha2/namespaces/${namespace}/s2ibinaries/${s2ibinary}`;
      await call('PUT', `${place}/file`, binary);
      return 'app.jar';
    },
    'branches branch': 'master',
    'nodes node': '5',
    'steps step': ({ operation }) => (operation.method === 'POST' ? '8' : '7'),
    'scms scm': 'github',
    'organizations organization': 'kubesphere',
  },
  queries: { 'pipelines/sonarstatus': runBefore, 'branches/sonarstatus': runBefore },
  bodies: {
    'POST devops/pipelines': (need) =>
      need.release === 'v2.1'
        ? pipelineSpec(need, need.name)
        : { metadata: { name: need.name }, spec: { type: 'pipeline', pipeline: { name: need.name } } },
    'PUT devops/pipelines': (need) =>
      need.release === 'v2.1' ? pipelineSpec(need, need.params['pipeline'] ?? '') : undefined,
    'POST devops/credentials': ({ release, name }) =>
      release === 'v2.1' ? { id: name, ...password } : { metadata: { name }, type: basicAuth },
    'PUT devops/credentials': ({ release }) => (release === 'v2.1' ? password : undefined),
    'POST devops/members': ({ release }) =>
      release === 'v2.1' ? { username: 'outsider', role: 'reporter' } : undefined,
    'PATCH devops/members': { username: 'outsider', role: 'developer' },
    'PATCH v1alpha2/devops': { description: 'changed' },
    's2ibinaries/file': binary,
    'nodes/steps': { id: 'Go', parameters: [] },
    'pipelines/checkScriptCompile': form({ value: jenkinsfile }),
    tojenkinsfile: form({ json: JSON.stringify(model) }),
    tojson: form({ jenkinsfile }),
    'devops/checkCron': { cron: 'H * * * *' },
    'scms/servers': { name: 'own', apiUrl: 'https://git.example.com/api/v3' },
    'scms/verify': { accessToken: 'token' },
    'webhook/github': {},
  },
  manifests: {
    pipelines: (need) => ({
      apiVersion: 'devops.kubesphere.io/v1alpha3',
      kind: 'Pipeline',
      metadata: {
        name: need.name,
        // Paths that forget the project.
        namespace: need.params['devops'] ?? 'shop',
        annotations,
      },
      spec: pipelineSpec(need, need.name),
    }),
    s2ibinaries: ({ name }) => ({
      apiVersion: 'devops.kubesphere.io/v1alpha1',
      kind: 'S2iBinary',
      metadata: { name, namespace: 'shop' },
    }),
    credentials: ({ name, params }) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace: params['devops'] ?? '' },
      type: basicAuth,
    }),
  },
  names: { members: (made) => digString(made, 'username') },
};
