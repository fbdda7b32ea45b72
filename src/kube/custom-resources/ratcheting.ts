import { minorOf } from '../../core/kubernetes-minor.js';
import type { World } from '../../state/world.js';
import { typeMembers, type Correlated } from './correlated.js';

/** The first minor version of Kubernetes that tolerates, on updates, what was wrong before (CRDValidationRatcheting). */
const firstMinor = 30;

/** Whether updates may leave what was wrong with a custom resource as it was, by the Kubernetes a world reports. */
export function ratchets({ settings }: World): boolean {
  return minorOf(settings.kubernetesVersion) >= firstMinor;
}

/** Where an error was found: in the value, and in the schema. */
interface Found {
  readonly instancePath: string;
  readonly schemaPath: string;
}

/**
 * The errors of a schema validator that are no errors of parts that are what they were before. Inside `allOf` and the
 * like parts are not told apart: what is wrong there is wrong with the part these stand at.
 *
 * @see kubernetes/apiextensions-apiserver pkg/apiserver/validation/ratcheting.go
 */
export function remainingErrors<T extends Found>(errors: readonly T[], since: Correlated): readonly T[] {
  return errors.filter((error) => !isTolerated(error, since));
}

function isTolerated({ instancePath, schemaPath }: Found, since: Correlated): boolean {
  const places = instancePath
    .split('/')
    .slice(1)
    .map((step) => step.replace(/~1/g, '/').replace(/~0/g, '~'));
  const steps = schemaPath.split('/');
  let part: Correlated | undefined = since;
  for (let [at, depth] = [1, 0]; part !== undefined; depth += 1) {
    if (part.isSame()) return true;
    const keyword = steps[at];
    const place = places[depth];
    if (place === undefined) return false;
    if (keyword === 'items') part = part.index(Number(place));
    else if (keyword !== 'properties' && keyword !== 'additionalProperties') return false;
    else part = depth === 0 && typeMembers.has(place) ? undefined : part.key(place);
    at += keyword === 'properties' ? 2 : 1;
  }
  return false;
}
