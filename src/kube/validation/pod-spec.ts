import { dig, digArray, digObject, digString, type Json, type JsonObject } from '../../core/json.js';
import { parseQuantity } from '../../core/quantity.js';
import { nameProblems } from '../../registry/names.js';
import {
  duplicate,
  invalidShown,
  invalidValue,
  missing,
  portProblems,
  required,
  unsupported,
  type Cause,
} from './causes.js';

/**
 * What is wrong with a pod spec, in the order kube-apiserver lists it.
 *
 * @see kubernetes/kubernetes pkg/apis/core/validation/validation.go ValidatePodSpec
 */
export function podSpecProblems(spec: JsonObject, path: string): Cause[] {
  const volumes = new Set<string>();
  const causes = [...volumeProblems(spec, path, volumes)];
  const containers = digArray(spec, 'containers');
  if (containers.length === 0) causes.push(required(`${path}.containers`));
  const names = new Set<string>();
  for (const [at, container] of containers.entries())
    causes.push(...containerProblems(container, `${path}.containers[${String(at)}]`, names, volumes));
  for (const [at, container] of digArray(spec, 'initContainers').entries())
    causes.push(...containerProblems(container, `${path}.initContainers[${String(at)}]`, names, volumes));
  const policy = digString(spec, 'restartPolicy');
  const policies = ['Always', 'OnFailure', 'Never'];
  if (policy !== '' && !policies.includes(policy))
    causes.push(unsupported(`${path}.restartPolicy`, policy, policies));
  const dns = digString(spec, 'dnsPolicy');
  const dnsPolicies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
  if (dns !== '' && !dnsPolicies.includes(dns))
    causes.push(unsupported(`${path}.dnsPolicy`, dns, dnsPolicies));
  const account = digString(spec, 'serviceAccountName');
  if (account !== '')
    for (const why of nameProblems(account, 'subdomain'))
      causes.push(invalidValue(`${path}.serviceAccountName`, account, why));
  return causes;
}

function volumeProblems(spec: JsonObject, path: string, names: Set<string>): Cause[] {
  return digArray(spec, 'volumes').flatMap((volume, at) => {
    const name = digString(volume, 'name');
    const field = `${path}.volumes[${String(at)}].name`;
    if (name === '') return [required(field)];
    const causes = nameProblems(name, 'label').map((why) => invalidValue(field, name, why));
    if (names.has(name)) return [...causes, duplicate(field, name)];
    names.add(name);
    return causes;
  });
}

function containerProblems(
  container: Json,
  path: string,
  names: Set<string>,
  volumes: ReadonlySet<string>,
): Cause[] {
  const causes: Cause[] = [];
  const name = digString(container, 'name');
  if (name === '') causes.push(required(`${path}.name`));
  else {
    for (const why of nameProblems(name, 'label')) causes.push(invalidValue(`${path}.name`, name, why));
    if (names.has(name)) causes.push(duplicate(`${path}.name`, name));
    names.add(name);
  }
  const image = digString(container, 'image');
  if (image === '') causes.push(required(`${path}.image`));
  else if (image.trim() !== image)
    causes.push(invalidValue(`${path}.image`, image, 'must not have leading or trailing whitespace'));
  causes.push(...containerPorts(container, path));
  for (const [at, variable] of digArray(container, 'env').entries()) {
    if (digString(variable, 'name') === '') causes.push(required(`${path}.env[${String(at)}].name`));
  }
  causes.push(...mountProblems(container, path, volumes));
  const pull = digString(container, 'imagePullPolicy');
  const policies = ['Always', 'IfNotPresent', 'Never'];
  if (pull !== '' && !policies.includes(pull))
    causes.push(unsupported(`${path}.imagePullPolicy`, pull, policies));
  return [...causes, ...resourceProblems(container, path)];
}

function containerPorts(container: Json, path: string): Cause[] {
  const names = new Set<string>();
  const protocols = ['SCTP', 'TCP', 'UDP'];
  return digArray(container, 'ports').flatMap((port, at) => {
    const field = `${path}.ports[${String(at)}]`;
    const causes: Cause[] = [];
    const name = digString(port, 'name');
    if (name !== '') {
      if (names.has(name)) causes.push(duplicate(`${field}.name`, name));
      names.add(name);
      if (name.length > 15)
        causes.push(invalidValue(`${field}.name`, name, 'must be no more than 15 characters'));
    }
    const number = dig(port, 'containerPort');
    if (number === undefined || number === 0) causes.push(required(`${field}.containerPort`));
    else causes.push(...portProblems(`${field}.containerPort`, number));
    const protocol = digString(port, 'protocol');
    if (protocol !== '' && !protocols.includes(protocol))
      causes.push(unsupported(`${field}.protocol`, protocol, protocols));
    return causes;
  });
}

function mountProblems(container: Json, path: string, volumes: ReadonlySet<string>): Cause[] {
  const paths = new Set<string>();
  return digArray(container, 'volumeMounts').flatMap((mount, at) => {
    const field = `${path}.volumeMounts[${String(at)}]`;
    const causes: Cause[] = [];
    const [name, mountPath] = [digString(mount, 'name'), digString(mount, 'mountPath')];
    if (name === '') causes.push(required(`${field}.name`));
    else if (!volumes.has(name)) causes.push(missing(`${field}.name`, name));
    if (mountPath === '') causes.push(required(`${field}.mountPath`));
    else if (paths.has(mountPath))
      causes.push(invalidValue(`${field}.mountPath`, mountPath, 'must be unique'));
    paths.add(mountPath);
    return causes;
  });
}

function resourceProblems(container: Json, path: string): Cause[] {
  const limits = digObject(container, 'resources', 'limits');
  return Object.entries(digObject(container, 'resources', 'requests')).flatMap(([name, request]) => {
    const [asked, most] = [quantityOf(request), quantityOf(limits[name])];
    if (asked === undefined || most === undefined || asked <= most) return [];
    const why = `must be less than or equal to ${name} limit of ${shownQuantity(limits[name])}`;
    return [invalidShown(`${path}.resources.requests`, JSON.stringify(shownQuantity(request)), why)];
  });
}

function shownQuantity(value: Json | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function quantityOf(value: Json | undefined): bigint | undefined {
  return typeof value === 'string' || typeof value === 'number'
    ? parseQuantity(String(value))?.milli
    : undefined;
}
