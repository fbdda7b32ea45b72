import type { KubeObject } from '../core/kube-object.js';
import { formatTimestamp } from '../state/clock.js';
import type { Generation } from './generation.js';
import type { Projects } from './generate-projects.js';
import { namesIn, Names, putObject } from './put-objects.js';
import { Scheduler } from './scheduler.js';
import { deploymentObjects } from './workload.js';

const nodes = { group: '', plural: 'nodes' };
const pods = { group: '', plural: 'pods' };
const resources: Readonly<Record<string, { readonly group: string; readonly plural: string }>> = {
  Deployment: { group: 'apps', plural: 'deployments' },
  ReplicaSet: { group: 'apps', plural: 'replicasets' },
  Pod: pods,
};

/** Where pods go when no projects were made: those of the default world, else what every cluster has. */
const fallbacks = ['shop-staging', 'default'];

const firstCreated = Date.parse('2024-01-08T06:00:00Z');
const createdEvery = 61_000;
const mostReplicas = 5;

const containers = [
  ['nginx', 'nginx:1.25.4', 80, '50m', '64Mi'],
  ['redis', 'redis:7.2.4', 6379, '100m', '128Mi'],
  ['postgres', 'postgres:16.2', 5432, '250m', '512Mi'],
  ['app', 'node:20.11.1-alpine', 8080, '100m', '256Mi'],
  ['api', 'python:3.12.2-slim', 8000, '100m', '192Mi'],
  ['worker', 'golang:1.22.1', 9090, '150m', '128Mi'],
] as const;

/** Adds pods in Deployments of one to five, on the nodes that have room; what fits nowhere stays Pending. */
export function generatePods(generation: Generation, count: number, projects: Projects): void {
  if (count === 0) return;
  const { world, random, platform } = generation;
  const { store } = world.host;
  const scheduler = new Scheduler(store.list(nodes).map(({ object }) => object));
  for (const { object } of store.list(pods)) scheduler.occupy(object);
  const places = projects.namespaces.length > 0 ? projects.namespaces : [fallback(generation)];
  const names = new Map(
    places.map((place) => [
      place,
      new Names(namesIn(store, { group: 'apps', plural: 'deployments' }, place)),
    ]),
  );
  let left = count;
  for (let at = 0; left > 0; at += 1) {
    const place = places[at % places.length] ?? 'default';
    const replicas = Math.min(left, 1 + random.integer(mostReplicas));
    left -= replicas;
    const created = formatTimestamp(firstCreated + at * createdEvery);
    const deployment = deploymentOf(generation, names.get(place) ?? new Names(), place, created, replicas);
    for (const object of deploymentObjects(deployment, { platform, scheduler })) {
      const resource = resources[object.kind];
      if (resource !== undefined) putObject(store, resource, object);
    }
  }
}

function fallback({ world }: Generation): string {
  const has = (name: string): boolean =>
    world.host.store.find({ group: '', plural: 'namespaces' }, undefined, name) !== undefined;
  return fallbacks.find(has) ?? 'default';
}

function deploymentOf(
  { faker, random }: Generation,
  names: Names,
  namespace: string,
  creationTimestamp: string,
  replicas: number,
): KubeObject {
  const [container, image, port, cpu, memory] =
    containers[random.integer(containers.length)] ?? containers[0];
  const app = names.free(`${faker.hacker.adjective()}-${faker.hacker.noun()}`);
  return {
    kind: 'Deployment',
    apiVersion: 'apps/v1',
    metadata: {
      name: app,
      namespace,
      creationTimestamp,
      labels: { app },
      annotations: { 'kubesphere.io/creator': 'admin' },
    },
    spec: {
      replicas,
      template: {
        metadata: { labels: { app } },
        spec: {
          containers: [
            {
              name: container,
              image,
              ports: [{ name: `tcp-${String(port)}`, containerPort: port }],
              resources: { requests: { cpu, memory } },
            },
          ],
        },
      },
    },
  };
}
