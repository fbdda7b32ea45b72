import { digString } from '../core/json.js';
import { InputError } from '../core/input-error.js';
import type { Options } from '../core/options.js';
import { inRange, type Release } from '../core/release.js';
import { sameJson } from '../core/same-json.js';
import { configurationKey, isPlaced, readConfigurationText } from '../core/server-configuration.js';
import type { Settings } from '../core/settings.js';
import type { World } from '../state/world.js';
import { checkConfigText } from './check-config.js';
import { configuredSettings } from './configured-settings.js';
import { optionSettings } from './option-settings.js';

const configMaps = { group: '', plural: 'configmaps' };
const place = 'configmap kubesphere-system/kubesphere-config';

/** `kubesphere.yaml` of the ConfigMap in a world; `undefined` when there is none. */
export function storedConfiguration({ host }: World): string | undefined {
  const found = host.store.find(configMaps, 'kubesphere-system', 'kubesphere-config')?.object;
  return found === undefined ? undefined : digString(found, 'data', configurationKey);
}

/**
 * Checks what a server is to read when it starts.
 *
 * @throws InputError for what is no YAML, has members of a wrong type, or would keep a 3.x from starting
 * @see kubesphere/kubesphere cmd/ks-apiserver/app/options/options.go NewAPIServer
 */
export function checkConfiguration(text: string, release: Release): void {
  const problems = checkConfigText(text, `${place}, ${configurationKey}`);
  if (problems.length > 0) throw new InputError(problems);
  const is3x = inRange(release.name, { since: 'v3.0', until: 'v3.4' });
  if (!is3x || isPlaced(readConfigurationText(text), 'monitoring')) return;
  const why =
    'moinitoring service address in configuration MUST not be empty, please check configmap/kubesphere-config in kubesphere-system namespace';
  throw new InputError([
    { source: `${place}, ${configurationKey}`, field: 'monitoring.endpoint', message: why },
  ]);
}

/**
 * Makes what has a running server read its configuration again: what is another in the ConfigMap than when it was read
 * last is so from then on. Options go on winning over it, and what scenarios set stays.
 *
 * @throws InputError for a configuration that cannot be used; then nothing changes
 */
export function rereading(options: Options): (world: World) => void {
  return (world) => {
    const { release, settings } = world;
    const { configuration = '' } = settings;
    const text = storedConfiguration(world);
    if (text === undefined || text === configuration) return;
    checkConfiguration(text, release);
    const before = read(configuration, options, release);
    const after = read(text, options, release);
    const changed = Object.entries(after.settings).filter(
      ([key, value]) => !sameJson(value as never, before.settings[key as keyof Settings] as never),
    );
    world.settings = {
      ...settings,
      ...(Object.fromEntries(changed) as Partial<Settings>),
      configuration: text,
    };
    const { jwtSecret } = after;
    if (options.jwtSecret === undefined && jwtSecret !== undefined && jwtSecret !== before.jwtSecret)
      world.keys = world.keys.withSecret(jwtSecret);
  };
}

function read(
  text: string,
  options: Options,
  release: Release,
): { readonly settings: Settings; readonly jwtSecret: string | undefined } {
  const { settings, jwtSecret } = configuredSettings(undefined, release, text);
  return { settings: optionSettings(options, settings, release.name), jwtSecret };
}
