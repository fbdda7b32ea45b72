import { afterAll, describe, test } from 'vitest';
import { inRange, releaseNames, type ReleaseName } from '../../src/core/release.js';
import { startFakeKsApiserver, type InProcessFake } from '../../src/index.js';
import type { Journey } from './journey.js';
import { liveThrough } from './live-through.js';

/** Tests that objects live as their journeys say, in every release that has them; a release has one server. */
export function expectJourneys(journeys: readonly Journey[]): void {
  const servers = new Map<ReleaseName, Promise<InProcessFake>>();
  const serverOf = (release: ReleaseName): Promise<InProcessFake> => {
    const known = servers.get(release) ?? startFakeKsApiserver({ release });
    servers.set(release, known);
    return known;
  };
  afterAll(async () => {
    for (const server of servers.values()) await (await server).close();
  });
  describe.each(journeys)('the $noun $create.1', (journey) => {
    const releases = releaseNames.filter((release) => inRange(release, journey));
    test.for(releases)('is made, seen, changed, deleted and gone in %s', async (release) => {
      await liveThrough(await serverOf(release), journey);
    });
  });
}
