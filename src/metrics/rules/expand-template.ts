import type { Labels } from '../promql/value.js';

/**
 * A label or annotation of a rule for one series: `{{ $labels.NAME }}` and `{{ $value }}` are filled in.
 *
 * Differs from Prometheus: other actions stay as they are written.
 */
export function expandTemplate(text: string, labels: Labels, value: number): string {
  return text.replace(/\{\{-?\s*\$(?:labels\.(\w+)|(value))\s*-?\}\}/g, (_, name: string | undefined) => {
    if (name === undefined) return String(value);
    return Object.hasOwn(labels, name) ? (labels[name] ?? '') : '<no value>';
  });
}
