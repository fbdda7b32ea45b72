import type { JsonObject } from '../../../src/core/json.js';

/** Where CustomResourceDefinitions are. */
export const definitionsPath = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** Where the widgets of a {@link widgetDefinition} are. */
export const widgetsPath = '/apis/shop.example.com/v1/namespaces/default/widgets';

/** A version of {@link widgetDefinition} with a schema of its own. */
export function widgetVersion(schema: JsonObject, more: JsonObject = {}): JsonObject {
  return { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema }, ...more };
}

/** A definition of namespaced Widgets. @param versions Default: one that takes anything. */
export function widgetDefinition(versions?: readonly JsonObject[], more: JsonObject = {}): JsonObject {
  const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.shop.example.com' },
    spec: {
      group: 'shop.example.com',
      scope: 'Namespaced',
      names: {
        plural: 'widgets',
        singular: 'widget',
        kind: 'Widget',
        shortNames: ['wg'],
        categories: ['all'],
      },
      versions: versions ?? [widgetVersion(open)],
      ...more,
    },
  };
}
