import type { JsonObject } from '../../core/json.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { json } from '../../registry/reply.js';

const build = {
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '',
  compiler: 'gc',
  platform: 'linux/amd64',
};

/**
 * What the server says of itself and of the Kubernetes it runs on.
 *
 * @see kubesphere/kubesphere pkg/kapis/version/register.go
 */
export function getVersion({ release, world }: RequestContext): Reply {
  const [major = '', minor = ''] = release.tag.slice(1).split('.');
  const own: JsonObject = {
    gitVersion: release.tag,
    gitMajor: major,
    gitMinor: minor,
    gitCommit: build.gitCommit,
    gitTreeState: build.gitTreeState,
    buildDate: build.buildDate,
    goVersion: release.goVersion,
    compiler: build.compiler,
    platform: build.platform,
  };
  return json({ ...own, kubernetes: kubernetesVersion(world.settings.kubernetesVersion, release.goVersion) });
}

/** The Kubernetes underneath. @param gitVersion Such as `v1.29.2`. */
function kubernetesVersion(gitVersion: string, goVersion: string): JsonObject {
  const [major = '', minor = ''] = gitVersion.slice(1).split('.');
  const { gitCommit, gitTreeState, buildDate, compiler, platform } = build;
  return { major, minor, gitVersion, gitCommit, gitTreeState, buildDate, goVersion, compiler, platform };
}
