import { fill, type Variables } from './fill.js';

/** What the only argument of a step is called, as plugins of Jenkins declare it. */
export const soleArguments: Readonly<Record<string, string>> = {
  sh: 'script',
  bat: 'script',
  powershell: 'script',
  echo: 'message',
  error: 'message',
  unstable: 'message',
  input: 'message',
  git: 'url',
  checkout: 'scm',
  container: 'name',
  sleep: 'time',
  timeout: 'time',
  retry: 'count',
  dir: 'path',
  stash: 'name',
  unstash: 'name',
  archiveArtifacts: 'artifacts',
  junit: 'testResults',
  withCredentials: 'bindings',
  withEnv: 'overrides',
  withSonarQubeEnv: 'installationName',
  waitForQualityGate: 'abortPipeline',
  build: 'job',
  readFile: 'file',
  fileExists: 'file',
  tool: 'name',
  node: 'label',
};

/** What Jenkins calls a step in its pages. */
export const stepTitles: Readonly<Record<string, string>> = {
  sh: 'Shell Script',
  bat: 'Windows Batch Script',
  powershell: 'Windows PowerShell Script',
  echo: 'Print Message',
  error: 'Error signal',
  unstable: 'Set stage result to unstable',
  input: 'Wait for interactive input',
  git: 'Git',
  checkout: 'Check out from version control',
  sleep: 'Sleep',
  stash: 'Stash some files to be used later in the build',
  unstash: 'Restore files previously stashed',
  archiveArtifacts: 'Archive the artifacts',
  junit: 'Archive JUnit-formatted test results',
  waitForQualityGate: 'Wait for SonarQube analysis to be completed and return quality gate status',
  build: 'Build',
  mail: 'Mail',
  kubernetesDeploy: 'Deploy to Kubernetes',
  readFile: 'Read file from workspace',
  writeFile: 'Write file to workspace',
  fileExists: 'Verify if file exists in workspace',
  cleanWs: 'Delete workspace when build is done',
  deleteDir: 'Recursively delete the current directory from the workspace',
  script: 'Run arbitrary Pipeline script',
};

/** Steps that only hold others: they are no steps of their own in Blue Ocean. */
export const wrappers: ReadonlySet<string> = new Set([
  'container',
  'node',
  'dir',
  'script',
  'timeout',
  'retry',
  'withCredentials',
  'withEnv',
  'withSonarQubeEnv',
  'timestamps',
  'ansiColor',
  'wrap',
  'steps',
  'catchError',
  'warnError',
  'lock',
  'podTemplate',
]);

/** What a step writes into the log. */
export function lineOf(name: string, text: string, variables: Variables): string {
  switch (name) {
    case 'sh':
    case 'bat':
      return text
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '' && !line.startsWith('#'))
        .map((line) => {
          const shown = fill(line, variables);
          const said = /^echo\s+(.*)$/.exec(shown)?.[1];
          return `+ ${shown}\n${said === undefined ? '' : `${said.replace(/^(['"])(.*)\1$/, '$2')}\n`}`;
        })
        .join('');
    case 'echo':
      return `${text}\n`;
    case 'sleep':
      return `Sleeping for ${text} sec\n`;
    case 'git':
      return `Cloning repository ${text}\n > git fetch --tags --progress ${text} +refs/heads/*:refs/remotes/origin/* # timeout=10\n`;
    case 'checkout':
      return 'Checking out the source\n';
    case 'archiveArtifacts':
      return 'Archiving artifacts\n';
    case 'junit':
      return 'Recording test results\n';
    case 'error':
      return `ERROR: ${text}\n`;
    case 'unstable':
      return `WARNING: ${text}\n`;
    default:
      return '';
  }
}
