import { ApiError, invalid } from '../../core/api-error.js';
import { digObject, digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { inRange, type ReleaseName } from '../../core/release.js';
import type { WebhookName } from '../../core/webhook-names.js';
import { passwordPattern, passwordRule } from '../../kube/custom-resources/own/password-rule.js';
import type { ResourceHooks, WriteContext } from '../../registry/contract.js';

const users = { group: 'iam.kubesphere.io', plural: 'users' };
const kind = { group: users.group, kind: 'User' };
/** Name of the switch; the schema of users is always there. */
const webhook: WebhookName = 'user-webhook';
const helmLabel = 'app.kubernetes.io/managed-by';

function fitsPattern(password: string): boolean {
  const isMixed = /[a-z]/.test(password) && /[A-Z]/.test(password) && /[0-9]/.test(password);
  return (isMixed && !password.includes('\n')) || /^\$2[ayb]\$.{56}$/.test(password);
}

/** What the schema of users and the admission webhook for them check, whoever writes. */
export const userHooks: ResourceHooks = {
  validate: (user, previous, context) => {
    validatePassword(user, context.world.release.name);
    if (previous === undefined || digString(previous, 'spec', 'email') !== digString(user, 'spec', 'email')) {
      validateEmail(user, context);
    }
  },
};

function validatePassword(user: KubeObject, release: ReleaseName): void {
  const rule = passwordRule(release);
  const password = digObject(user, 'spec')['password'];
  if (rule === undefined || typeof password !== 'string') return;
  const field = 'spec.password';
  const causes = [];
  const length = Array.from(password).length;
  const shown = `Invalid value: ${JSON.stringify(password)}: ${field} in body`;
  if (rule.longest !== undefined && length > rule.longest) {
    causes.push({
      reason: 'FieldValueTooLong',
      message: `Too long: may not be more than ${String(rule.longest)} bytes`,
      field,
    });
  }
  if (length < rule.shortest) {
    const message = `${shown} should be at least ${String(rule.shortest)} chars long`;
    causes.push({ reason: 'FieldValueInvalid', message, field });
  }
  if (rule.mixed && !fitsPattern(password)) {
    causes.push({
      reason: 'FieldValueInvalid',
      message: `${shown} should match '${passwordPattern}'`,
      field,
    });
  }
  if (causes.length > 0) throw invalid(kind, user.metadata.name, causes);
}

/** An address, or a name with an address in angle brackets. Never slow: no part can match two ways. */
const address = /^(?:[^<>@]{0,200}<[^\s<>@,;]+@[^\s<>@,;]+>|[^\s<>@,;]+@[^\s<>@,;]+)$/;

function validateEmail(user: KubeObject, context: WriteContext): void {
  const { world, cluster } = context;
  const email = digString(user, 'spec', 'email');
  if (world.switchedOff.has(webhook)) return;
  if (email === '' || user.metadata.labels?.[helmLabel] === 'Helm') return;
  const refuse = (code: number, text: string): ApiError => {
    const since41 = inRange(world.release.name, { since: 'v4.1' });
    const message = `admission webhook "users.iam.kubesphere.io" denied the request: ${text}`;
    return since41
      ? new ApiError(403, 'Forbidden', message)
      : new ApiError(code, code === 409 ? 'Conflict' : 'BadRequest', message);
  };
  if (!address.test(email.trim())) throw refuse(400, `invalid email address:${email}`);
  const taken = cluster.store
    .list(users)
    .some(
      ({ object }) =>
        object.metadata.name !== user.metadata.name && digString(object, 'spec', 'email') === email,
    );
  if (taken) throw refuse(409, `user email: ${email} already exists`);
}
