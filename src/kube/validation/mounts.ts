import { dig, digArray, digString, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import {
  forbidden,
  inItems,
  invalidFor,
  invalidValue,
  missing,
  required,
  unsupported,
  type Cause,
} from './causes.js';
import { backstepProblems, relativePathProblems } from './formats.js';

type Volumes = ReadonlyMap<string, JsonObject>;

/** Names and places of mounts or devices; of several with one name the last one counts. */
function placesOf(container: Json, key: string, place: string): ReadonlyMap<string, string> {
  return new Map(digArray(container, key).map((one) => [digString(one, 'name'), digString(one, place)]));
}

/**
 * What is wrong with what a container mounts.
 *
 * @see kubernetes/kubernetes pkg/apis/core/validation/validation.go ValidateVolumeMounts
 */
export function mountProblems(container: Json, path: string, volumes: Volumes): Cause[] {
  const paths = new Set<string>();
  const devices = placesOf(container, 'volumeDevices', 'devicePath');
  return inItems(container, 'volumeMounts', path, (mount, field) => {
    const causes: Cause[] = [];
    const [name, mountPath] = [digString(mount, 'name'), digString(mount, 'mountPath')];
    if (name === '') causes.push(required(`${field}.name`));
    if (!volumes.has(name)) causes.push(missing(`${field}.name`, name));
    if (mountPath === '') causes.push(required(`${field}.mountPath`));
    if (paths.has(mountPath)) causes.push(invalidValue(`${field}.mountPath`, mountPath, 'must be unique'));
    paths.add(mountPath);
    if (devices.has(name))
      causes.push(invalidValue(`${field}.name`, name, 'must not already exist in volumeDevices'));
    if ([...devices.values()].includes(mountPath))
      causes.push(
        invalidValue(`${field}.mountPath`, mountPath, 'must not already exist as a path in volumeDevices'),
      );
    if (isJsonObject(volumes.get(name)?.['image']))
      for (const key of ['subPath', 'subPathExpr']) {
        const given = digString(mount, key);
        if (given !== '')
          causes.push(invalidValue(`${field}.${key}`, given, 'not allowed in image volume sources'));
      }
    return [
      ...causes,
      ...subPathProblems(mount, `${path}.volumeMounts`, field),
      ...propagationProblems(container, mount, `${path}.volumeMounts.mountPropagation`),
      ...readOnlyProblems(mount, `${path}.volumeMounts.recursiveReadOnly`),
    ];
  });
}

/** Some of the messages name the list instead of its item, as the real ones do. */
function subPathProblems(mount: Json, list: string, field: string): Cause[] {
  const [plain, expression] = [digString(mount, 'subPath'), digString(mount, 'subPathExpr')];
  const causes = invalidFor(`${list}.subPath`, plain, relativePathProblems(plain));
  if (expression !== '' && plain !== '')
    causes.push(
      invalidValue(`${field}.subPathExpr`, expression, 'subPathExpr and subPath are mutually exclusive'),
    );
  return [...causes, ...invalidFor(`${list}.subPathExpr`, expression, relativePathProblems(expression))];
}

function propagationProblems(container: Json, mount: Json, field: string): Cause[] {
  const spread = dig(mount, 'mountPropagation');
  if (typeof spread !== 'string') return [];
  const modes = ['Bidirectional', 'HostToContainer', 'None'];
  if (!modes.includes(spread)) return [unsupported(field, spread, modes)];
  return spread === 'Bidirectional' && dig(container, 'securityContext', 'privileged') !== true
    ? [forbidden(field, 'Bidirectional mount propagation is available only to privileged containers')]
    : [];
}

/** What is wrong with how far down a mount is read-only. @see validateMountRecursiveReadOnly there */
function readOnlyProblems(mount: Json, field: string): Cause[] {
  const mode = dig(mount, 'recursiveReadOnly');
  if (typeof mode !== 'string' || mode === 'Disabled') return [];
  const modes = ['Disabled', 'Enabled', 'IfPossible'];
  if (!modes.includes(mode)) return [unsupported(field, mode, modes)];
  const spread = dig(mount, 'mountPropagation') ?? 'None';
  return [
    ...(dig(mount, 'readOnly') === true
      ? []
      : [forbidden(field, 'may only be specified when readOnly is true')]),
    ...(spread === 'None'
      ? []
      : [forbidden(field, 'may only be specified when mountPropagation is None or not specified')]),
  ];
}

/** What is wrong with the block devices of a container. @see ValidateVolumeDevices there */
export function deviceProblems(container: Json, path: string, volumes: Volumes): Cause[] {
  const [names, paths] = [new Set<string>(), new Set<string>()];
  const mounts = placesOf(container, 'volumeMounts', 'mountPath');
  return inItems(container, 'volumeDevices', path, (device, field) => {
    const causes: Cause[] = [];
    const [name, devicePath] = [digString(device, 'name'), digString(device, 'devicePath')];
    const [ofName, ofPath] = [`${field}.name`, `${field}.devicePath`];
    const volume = volumes.get(name);
    const isClaim = isJsonObject(volume?.['persistentVolumeClaim']) || isJsonObject(volume?.['ephemeral']);
    if (name === '') causes.push(required(ofName));
    if (names.has(name)) causes.push(invalidValue(ofName, name, 'must be unique'));
    if (volume === undefined) causes.push(missing(ofName, name));
    else if (!isClaim) {
      const why = 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode';
      causes.push(invalidValue(ofName, name, why));
    }
    if (devicePath === '') causes.push(required(ofPath));
    if (paths.has(devicePath)) causes.push(invalidValue(ofPath, devicePath, 'must be unique'));
    if (backstepProblems(devicePath).length > 0)
      causes.push(invalidValue(ofPath, devicePath, "can not contain backsteps ('..')"));
    else paths.add(devicePath);
    if (mounts.has(name)) causes.push(invalidValue(ofName, name, 'must not already exist in volumeMounts'));
    if ([...mounts.values()].includes(devicePath))
      causes.push(invalidValue(ofPath, devicePath, 'must not already exist as a path in volumeMounts'));
    if (name !== '') names.add(name);
    return causes;
  });
}
