import { encodeYaml } from '../../core/go-yaml.js';
import { isJsonObject, type JsonObject } from '../../core/json.js';
import { readYamlText } from '../../core/read-yaml-text.js';

/**
 * The configuration of an extension's agent in one cluster: that of the extension, with what the cluster overrides.
 *
 * @param config YAML.
 * @param override YAML.
 * @see kubesphere/kubesphere pkg/controller/core/util.go merge
 */
export function mergeConfig(config: string, override: string): string {
  if (override === '') return config;
  const [base, over] = [config.trim(), override.trim()];
  if (base === '' || over === '') return base === '' ? over : base;
  return encodeYaml(merge(read(base), read(over)));
}

function read(text: string): JsonObject {
  const value = readYamlText(text);
  return isJsonObject(value) ? value : {};
}

function merge(base: JsonObject, over: JsonObject): JsonObject {
  const merged = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(over)) {
    const before = merged.get(key);
    merged.set(key, isJsonObject(before) && isJsonObject(value) ? merge(before, value) : value);
  }
  return Object.fromEntries(merged);
}
