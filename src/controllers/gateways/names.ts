import type { JsonObject } from '../../core/json.js';
import { label, type KubeObject } from '../../core/kube-object.js';

/** Where the ingress controllers of all projects run. */
export const gatewayNamespace = 'kubesphere-controls-system';
/** What a URL calls the gateway of the whole cluster. */
export const globalProject = 'kubesphere-system';
const prefix = 'kubesphere-router-';

/** The name of everything a project's gateway is made of. */
export function gatewayName(project: string): string {
  return prefix + project;
}

/** The project whose gateway has a name; the whole cluster's has {@link globalProject}. */
export function projectOfGateway(name: string): string {
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

/** Labels of a router, the kind of gateway there was before 3.2. @see kubesphere/kubesphere pkg/models/routers */
export function routerLabels(project: string): Readonly<Record<string, string>> {
  return { app: 'kubesphere', component: 'ks-router', project, tier: 'backend' };
}

/** Tells whether a Service is a router's. */
export function isRouter(service: KubeObject): boolean {
  return (
    label(service, 'app') === 'kubesphere' &&
    label(service, 'component') === 'ks-router' &&
    label(service, 'tier') === 'backend'
  );
}

/** Labels of the pods of a gateway, which its Service selects. */
export function gatewayPodLabels(name: string): Readonly<Record<string, string>> {
  return {
    'app.kubernetes.io/component': 'controller',
    'app.kubernetes.io/instance': `${name}-ingress`,
    'app.kubernetes.io/name': 'ingress-nginx',
  };
}

/** Ports every gateway has. */
export const gatewayPorts: readonly JsonObject[] = [
  { name: 'http', port: 80, protocol: 'TCP', targetPort: 'http' },
  { name: 'https', port: 443, protocol: 'TCP', targetPort: 'https' },
];

/** The container of an ingress controller that looks at one project, or at all of them. */
export function ingressContainer(name: string, image: string, project: string | undefined): JsonObject {
  return {
    name,
    image,
    args: [
      '/nginx-ingress-controller',
      '--election-id=ingress-controller-leader',
      ...(project === undefined ? [] : [`--watch-namespace=${project}`]),
    ],
    ports: [
      { name: 'http', containerPort: 80, protocol: 'TCP' },
      { name: 'https', containerPort: 443, protocol: 'TCP' },
    ],
    resources: { requests: { cpu: '100m', memory: '90Mi' } },
  };
}
