import { dig, digArray, digString, type Json, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';

/** Pods that have the ports of a Service at the same numbers. */
export interface PortGroup {
  /** As Endpoints and EndpointSlices name them; a port nobody named has no name here. */
  readonly ports: readonly JsonObject[];
  readonly pods: KubeObject[];
}

/** A service port as a pod has it; `undefined` when its name is none of the pod's. */
function targetOf(port: Json, pod: KubeObject): number | undefined {
  const target = dig(port, 'targetPort');
  if (typeof target === 'number') return target === 0 ? undefined : target;
  const protocol = digString(port, 'protocol') || 'TCP';
  const sidecars = digArray(pod, 'spec', 'initContainers').filter(
    (one) => digString(one, 'restartPolicy') === 'Always',
  );
  for (const container of [...digArray(pod, 'spec', 'containers'), ...sidecars]) {
    for (const own of digArray(container, 'ports')) {
      const number = dig(own, 'containerPort');
      const isSame = digString(own, 'name') === target && (digString(own, 'protocol') || 'TCP') === protocol;
      if (isSame && typeof number === 'number') return number;
    }
  }
  return undefined;
}

function portsOf(service: KubeObject, pod: KubeObject): JsonObject[] {
  return digArray(service, 'spec', 'ports').flatMap((port) => {
    const number = targetOf(port, pod);
    if (number === undefined) return [];
    const [name, appProtocol] = [digString(port, 'name'), digString(port, 'appProtocol')];
    return [
      {
        ...(name !== '' && { name }),
        port: number,
        protocol: digString(port, 'protocol') || 'TCP',
        ...(appProtocol !== '' && { appProtocol }),
      },
    ];
  });
}

/** Pods of a Service by the numbers its ports have there: named ports may differ from pod to pod. */
export function portGroups(service: KubeObject, pods: readonly KubeObject[]): readonly PortGroup[] {
  const groups = new Map<string, PortGroup>();
  for (const pod of pods) {
    const ports = portsOf(service, pod);
    const key = JSON.stringify(ports);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { ports, pods: [pod] });
    else known.pods.push(pod);
  }
  return [...groups.values()];
}
