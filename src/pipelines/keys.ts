/** On a run: which pipeline it is of. */
export const pipelineLabel = 'devops.kubesphere.io/pipeline';
/** On a run: its number in Jenkins. */
export const runIdKey = 'devops.kubesphere.io/jenkins-pipelinerun-id';
/** On a run: what Jenkins says of it, as JSON. */
export const runStatusKey = 'devops.kubesphere.io/jenkins-pipelinerun-status';
/** On a run: what Jenkins says of its stages, as JSON. */
export const stagesStatusKey = 'devops.kubesphere.io/jenkins-pipelinerun-stages-status';
/** On a run: who started it. */
export const runCreatorKey = 'devops.kubesphere.io/creator';
/** On a run: what Jenkins would remember of it besides: when it was queued, what was answered, when it was stopped. */
export const courseKey = 'devops.kubesphere.io/jenkins-pipelinerun-course';
/** On a pipeline: its branches, as JSON. */
export const branchesKey = 'pipeline.devops.kubesphere.io/jenkins-branches';
/** On a pipeline with branches, and its runs: the Jenkinsfile of its repository. */
export const jenkinsfileKey = 'pipeline.devops.kubesphere.io/jenkinsfile';
/** On a pipeline with branches: what Jenkins wrote when it looked for them last. */
export const indexingKey = 'pipeline.devops.kubesphere.io/jenkins-indexing';
