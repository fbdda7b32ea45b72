import { digObject, digString, isJsonObject, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { readYamlText } from '../../core/read-yaml-text.js';
import type { ResourceHooks } from '../../registry/contract.js';
import { deniedBy } from '../denied-by.js';

const webhook = 'installplans.kubesphere.io';

/**
 * The admission webhooks of InstallPlans: blanks at the ends of lines go, and what is left must be YAML.
 *
 * @see kubesphere/kubesphere pkg/controller/core/installplan_webhook.go
 */
export const installPlanHooks: ResourceHooks = {
  prepare: (plan) => {
    if (isHelms(plan)) return plan;
    const spec = digObject(plan, 'spec');
    const { config, clusterScheduling } = spec;
    return {
      ...plan,
      spec: {
        ...spec,
        ...(typeof config === 'string' && { config: trimLines(config) }),
        ...(isJsonObject(clusterScheduling) && { clusterScheduling: trimmed(clusterScheduling) }),
      },
    };
  },
  validate: (plan) => {
    if (isHelms(plan)) return;
    check(digString(plan, 'spec', 'config'), 'extension config');
    for (const [cluster, config] of Object.entries(digObject(plan, 'spec', 'clusterScheduling', 'overrides')))
      if (typeof config === 'string') check(config, `cluster ${cluster} agent config`);
  },
};

function isHelms({ metadata }: KubeObject): boolean {
  return metadata.labels?.['app.kubernetes.io/managed-by'] === 'Helm';
}

function trimLines(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

function trimmed(scheduling: JsonObject): JsonObject {
  const { overrides } = scheduling;
  if (!isJsonObject(overrides)) return scheduling;
  const entries = Object.entries(overrides).map(([cluster, config]) => [
    cluster,
    typeof config === 'string' ? trimLines(config) : config,
  ]);
  return { ...scheduling, overrides: Object.fromEntries(entries) as JsonObject };
}

function check(text: string, what: string): void {
  try {
    readYamlText(text);
  } catch (error) {
    const [why = ''] = error instanceof Error ? error.message.split('\n', 1) : [String(error)];
    throw deniedBy(
      webhook,
      `failed to unmarshal ${what}: error converting YAML to JSON: yaml: ${why.replace(/:$/, '')}`,
    );
  }
}
