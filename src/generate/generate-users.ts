import { inRange } from '../core/release.js';
import { formatTimestamp } from '../state/clock.js';
import type { Generation } from './generation.js';
import type { Projects } from './generate-projects.js';
import { Membership } from './membership.js';
import { namesIn, Names, putObject } from './put-objects.js';

const iam = 'iam.kubesphere.io';
const users = { group: iam, plural: 'users' };

/** The password of every made-up user. */
export const generatedPassword = 'P@88w0rd';

const firstCreated = Date.parse('2023-02-06T08:00:00Z');
const createdEvery = 1_811_000;

/** Adds users with a role of the platform, and one in a workspace where workspaces were made. */
export function generateUsers({ world, faker, random }: Generation, count: number, projects: Projects): void {
  const { store } = world.host;
  const { name: release } = world.release;
  const membership = new Membership(release);
  const names = new Names([...namesIn(store, users), ...world.passwords.keys()]);
  const canProvision = inRange(release, { since: 'v3.3' });
  for (let at = 0; at < count; at += 1) {
    const [first, last] = [faker.person.firstName(), faker.person.lastName()];
    const name = names.free(`${first}-${last}`);
    world.passwords.set(name, [generatedPassword]);
    // 2.1 keeps its users in LDAP: a name and a password are all there is.
    if (release === 'v2.1') continue;
    const created = formatTimestamp(firstCreated + at * createdEvery);
    const globalRole =
      canProvision && random.integer(10) === 0 ? 'platform-self-provisioner' : 'platform-regular';
    const displayName = `${first} ${last}`;
    putObject(
      store,
      users,
      membership.user({ name, email: `${name}@example.com`, created, displayName, globalRole }),
    );
    putObject(
      store,
      { group: iam, plural: 'globalrolebindings' },
      membership.global(name, globalRole, created),
    );
    const template = projects.templates[at % Math.max(1, projects.templates.length)];
    if (template === undefined) continue;
    const role = `${template.metadata.name}-${['viewer', 'regular', 'self-provisioner'][random.integer(3)] ?? 'viewer'}`;
    const binding = membership.workspace(name, role, created, template);
    putObject(store, { group: iam, plural: 'workspacerolebindings' }, binding);
  }
}
