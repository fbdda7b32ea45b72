import { digString, type JsonObject } from '../../core/json.js';
import { invalidValue, required, type Cause } from './causes.js';
import { rangeProblems } from './ranges.js';

const forms: Readonly<Record<string, RegExp>> = {
  iqn: /iqn\.\d{4}-\d{2}\.([a-zA-Z0-9-.]+)(:[^,;*&$|\s]+)$/,
  eui: /^eui.[a-zA-Z0-9]{16}$/,
  naa: /^naa.[a-zA-Z0-9]{32}$/,
};

/** Where volumes of pods and PersistentVolumes are not judged in the same words. */
export interface ScsiWords {
  /** Said of names that begin with none of the three. */
  readonly unknownForm: string;
  /** Whether the secret must have a name. */
  readonly namedSecret: boolean;
}

/**
 * What is wrong with a disk reached over iSCSI, but for where it is.
 *
 * @see kubernetes/kubernetes pkg/apis/core/validation/validation.go validateISCSIVolumeSource
 */
export function scsiProblems(source: JsonObject, field: string, words: ScsiWords): Cause[] {
  const iqn = digString(source, 'iqn');
  const initiator = source['initiatorName'];
  return [
    ...(iqn === '' ? [required(`${field}.iqn`)] : formProblems(`${field}.iqn`, iqn, words)),
    ...rangeProblems(`${field}.lun`, source['lun'], 0, 255),
    ...((source['chapAuthDiscovery'] === true || source['chapAuthSession'] === true) &&
    source['secretRef'] === undefined
      ? [required(`${field}.secretRef`)]
      : []),
    ...(words.namedSecret &&
    source['secretRef'] !== undefined &&
    digString(source, 'secretRef', 'name') === ''
      ? [required(`${field}.secretRef.name`)]
      : []),
    ...(typeof initiator === 'string' ? formProblems(`${field}.initiatorname`, initiator, words) : []),
  ];
}

function formProblems(field: string, name: string, { unknownForm }: ScsiWords): Cause[] {
  const form = Object.keys(forms).find((prefix) => name.startsWith(prefix));
  if (form === undefined) return [invalidValue(field, name, unknownForm)];
  return forms[form]?.test(name) === true ? [] : [invalidValue(field, name, 'must be valid format')];
}

/** Whether a volume is too long to be told together with its portal. */
export function isPortalTooLong(source: JsonObject, name: string): boolean {
  const portal = digString(source, 'targetPortal');
  return source['initiatorName'] !== undefined && Buffer.byteLength(`${name}:${portal}`) > 64;
}

/** What is said of such a volume. */
export const portalTooLong =
  'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.';
