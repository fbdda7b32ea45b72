import { digArray, digString, isJsonObject, type JsonObject } from '../../../core/json.js';
import { addedCapabilities, badSeccomp, violation, type Check } from './baseline-checks.js';
import {
  containersOf,
  containersText,
  isWindows,
  namesWhere,
  plural,
  quoted,
  security,
  setters,
  sortedSet,
} from './pod-view.js';

/** Checks of `baseline` that those of `restricted` do better. */
export const overridden: ReadonlySet<string> = new Set([
  'capabilities_baseline',
  'hostPathVolumes',
  'seccompProfile_baseline',
]);

const windowsMinor = 25;
const plainVolumes = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

/** What is wrong with a pod by the level `restricted`, besides what is by `baseline`. @see kubernetes/pod-security-admission policy */
export const restrictedChecks: Readonly<Record<string, Check>> = {
  allowPrivilegeEscalation: (pod, minor) => {
    if (minor < 8 || (minor >= windowsMinor && isWindows(pod))) return undefined;
    const names = namesWhere(pod, (of) => security(of, 'allowPrivilegeEscalation') !== false);
    const reason = 'allowPrivilegeEscalation != false';
    return violation(names, reason, 'must set securityContext.allowPrivilegeEscalation=false');
  },
  capabilities_restricted: (pod, minor) => {
    if (minor < 22 || (minor >= windowsMinor && isWindows(pod))) return undefined;
    const keeping = namesWhere(
      pod,
      (of) => !digArray(of, 'securityContext', 'capabilities', 'drop').includes('ALL'),
    );
    const bad = (of: JsonObject): string[] =>
      addedCapabilities(of).filter((one) => one !== 'NET_BIND_SERVICE');
    const adding = namesWhere(pod, (of) => bad(of).length > 0);
    const list = quoted(sortedSet(containersOf(pod).flatMap(bad)));
    const details = [
      ...(keeping.length > 0
        ? [`${containersText(keeping)} must set securityContext.capabilities.drop=["ALL"]`]
        : []),
      ...(adding.length > 0
        ? [`${containersText(adding)} must not include ${list} in securityContext.capabilities.add`]
        : []),
    ];
    return details.length === 0
      ? undefined
      : { reason: 'unrestricted capabilities', detail: details.join('; ') };
  },
  restrictedVolumes: ({ spec }) => {
    const bad = digArray(spec, 'volumes')
      .filter(isJsonObject)
      .filter((volume) => !plainVolumes.some((key) => isJsonObject(volume[key])));
    if (bad.length === 0) return undefined;
    const names = bad.map((volume) => digString(volume, 'name'));
    const types = sortedSet(
      bad.map((volume) => Object.keys(volume).find((key) => key !== 'name') ?? 'unknown'),
    );
    const use = names.length === 1 ? 'uses' : 'use';
    const detail = `${plural('volume', names)} ${quoted(names)} ${use} restricted volume ${plural('type', types)} ${quoted(types)}`;
    return { reason: 'restricted volume types', detail };
  },
  runAsNonRoot: (pod) => {
    const reason = 'runAsNonRoot != true';
    const who = setters(pod, (of) => security(of, 'runAsNonRoot') === false);
    if (who.length > 0)
      return { reason, detail: `${who.join(' and ')} must not set securityContext.runAsNonRoot=false` };
    if (security(pod.spec, 'runAsNonRoot') === true) return undefined;
    const names = namesWhere(pod, (of) => typeof security(of, 'runAsNonRoot') !== 'boolean');
    if (names.length === 0) return undefined;
    return { reason, detail: `pod or ${containersText(names)} must set securityContext.runAsNonRoot=true` };
  },
  runAsUser: (pod, minor) => {
    if (minor < 23) return undefined;
    const who = setters(pod, (of) => security(of, 'runAsUser') === 0);
    return who.length === 0
      ? undefined
      : { reason: 'runAsUser=0', detail: `${who.join(' and ')} must not set runAsUser=0` };
  },
  seccompProfile_restricted: (pod, minor) => {
    if (minor < 19 || (minor >= windowsMinor && isWindows(pod))) return undefined;
    const bad = badSeccomp(pod);
    if (bad !== undefined) return bad;
    if (isJsonObject(security(pod.spec, 'seccompProfile'))) return undefined;
    const names = namesWhere(pod, (of) => !isJsonObject(security(of, 'seccompProfile')));
    if (names.length === 0) return undefined;
    const what = 'must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"';
    return { reason: 'seccompProfile', detail: `pod or ${containersText(names)} ${what}` };
  },
};
