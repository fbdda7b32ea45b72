package main

import (
	"context"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
)

// discover reads what is served, and finds resources by their short and ambiguous names.
func discover(_ context.Context, config *rest.Config) (any, error) {
	client, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return nil, err
	}
	version, err := client.ServerVersion()
	if err != nil {
		return nil, err
	}
	groups, resources, err := client.ServerGroupsAndResources()
	if err != nil {
		return nil, err
	}
	found, err := restmapper.GetAPIGroupResources(client)
	if err != nil {
		return nil, err
	}
	mapper := restmapper.NewDiscoveryRESTMapper(found)
	short := restmapper.NewShortcutExpander(mapper, client, nil)
	mapped := map[string]string{}
	for _, name := range []string{"deploy", "serviceaccounts", "roles", "svc", "users"} {
		resource, err := short.ResourceFor(schema.GroupVersionResource{Resource: name})
		if err != nil {
			return nil, err
		}
		mapped[name] = resource.GroupVersion().String() + "/" + resource.Resource
	}
	mapping, err := mapper.RESTMapping(schema.GroupKind{Group: "kubesphere.io", Kind: "ServiceAccount"})
	if err != nil {
		return nil, err
	}
	preferred, err := client.ServerPreferredNamespacedResources()
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"version":   version.GitVersion,
		"groups":    len(groups) > 10,
		"resources": len(resources) > 10,
		"mapped":    mapped,
		"mapping":   mapping.Resource.Resource + " " + string(mapping.Scope.Name()),
		"preferred": len(preferred) > 10,
	}, nil
}
