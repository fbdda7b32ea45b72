import { dig, digArray, digString, type JsonObject } from '../../core/json.js';
import { nameProblems } from '../../registry/names.js';
import { duplicate, inItems, invalidFor, invalidShown, required, type Cause } from './causes.js';
import { goStruct, type GoMember } from './go-struct.js';

const members: readonly GoMember[] = [
  ['Name', 'name', 'string'],
  ['ResourceClaimName', 'resourceClaimName', '*string'],
  ['ResourceClaimTemplateName', 'resourceClaimTemplateName', '*string'],
];

/** Names of the devices a pod claims. */
export function claimNames(spec: JsonObject): ReadonlySet<string> {
  const names = digArray(spec, 'resourceClaims').map((claim) => digString(claim, 'name'));
  return new Set(names.filter((name) => name !== ''));
}

/**
 * What is wrong with the devices a pod claims.
 *
 * @see kubernetes/kubernetes pkg/apis/core/validation/validation.go validatePodResourceClaim
 */
export function resourceClaimProblems(spec: JsonObject, path: string): Cause[] {
  const names = new Set<string>();
  return inItems(spec, 'resourceClaims', path, (claim, field) => {
    const name = digString(claim, 'name');
    const causes: Cause[] = [];
    if (name === '') causes.push(required(`${field}.name`));
    else if (names.has(name)) causes.push(duplicate(`${field}.name`, name));
    else causes.push(...invalidFor(`${field}.name`, name, nameProblems(name, 'label')));
    names.add(name);
    const refs = ['resourceClaimName', 'resourceClaimTemplateName'].filter(
      (key) => dig(claim, key) !== undefined,
    );
    const whys = [
      'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`',
      undefined,
      'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified',
    ];
    const why = whys[refs.length];
    if (why !== undefined)
      causes.push(invalidShown(field, goStruct('core.PodResourceClaim', members, claim), why));
    for (const key of refs) {
      const ref = digString(claim, key);
      causes.push(...invalidFor(`${field}.${key}`, ref, nameProblems(ref, 'subdomain')));
    }
    return causes;
  });
}
