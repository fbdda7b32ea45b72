package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"sort"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
)

const protobufType = "application/vnd.kubernetes.protobuf"

// answers compares what is read as protobuf with what is read as JSON: lists of all kinds client-go knows, and one
// object of each. With EXACT set, the bytes must be those Go writes, too.
func answers(ctx context.Context, config *rest.Config) (any, error) {
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	_, lists, err := client.Discovery().ServerGroupsAndResources()
	if err != nil && !discovery.IsGroupDiscoveryFailedError(err) {
		return nil, err
	}
	compared, objects, wrong := 0, 0, []string{}
	for _, list := range lists {
		version, err := schema.ParseGroupVersion(list.GroupVersion)
		if err != nil {
			return nil, err
		}
		for _, resource := range list.APIResources {
			kind := version.WithKind(resource.Kind)
			if strings.Contains(resource.Name, "/") || !has(resource.Verbs, "list") || !scheme.Scheme.Recognizes(kind) {
				continue
			}
			path := "/apis/" + list.GroupVersion + "/" + resource.Name
			if version.Group == "" {
				path = "/api/" + version.Version + "/" + resource.Name
			}
			problem, names, err := compare(ctx, client, path)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
			compared, objects = compared+1, objects+len(names)
			if problem == "" && len(names) > 0 && has(resource.Verbs, "get") {
				problem, _, err = compare(ctx, client, names[0](path, resource.Name))
				if err != nil {
					return nil, fmt.Errorf("%s: %w", path, err)
				}
			}
			if problem != "" {
				wrong = append(wrong, path+": "+problem)
			}
		}
	}
	sort.Strings(wrong)
	return map[string]any{"compared": compared, "objects": objects, "wrong": wrong}, nil
}

func has(values []string, value string) bool {
	for _, one := range values {
		if one == value {
			return true
		}
	}
	return false
}

func compare(ctx context.Context, client *kubernetes.Clientset, path string) (string, []func(path, plural string) string, error) {
	read := func(accept string) ([]byte, error) {
		return client.CoreV1().RESTClient().Get().AbsPath(path).SetHeader("Accept", accept).DoRaw(ctx)
	}
	text, err := read("application/json")
	if err != nil {
		return "", nil, err
	}
	raw, err := read(protobufType)
	if err != nil {
		return "", nil, err
	}
	fromText, _, err := scheme.Codecs.UniversalDeserializer().Decode(text, nil, nil)
	if err != nil {
		return "", nil, err
	}
	serializer := protobuf.NewSerializer(scheme.Scheme, scheme.Scheme)
	fromRaw, _, err := serializer.Decode(raw, nil, nil)
	if err != nil {
		return err.Error(), nil, nil
	}
	names, err := namesIn(fromText)
	if err != nil {
		return "", nil, err
	}
	wanted, err := encoded(serializer, fromText)
	if err != nil {
		return "", nil, err
	}
	// Without what this client-go does not know yet.
	understood, err := encoded(serializer, fromRaw)
	if err != nil {
		return "", nil, err
	}
	if !bytes.Equal(wanted, understood) {
		return "says something else than the JSON", names, nil
	}
	if os.Getenv("EXACT") != "" && !bytes.Equal(wanted, raw) {
		return fmt.Sprintf("has %d other bytes instead of %d", len(raw), len(wanted)), names, nil
	}
	return "", names, nil
}

func encoded(serializer runtime.Serializer, object runtime.Object) ([]byte, error) {
	kinds, _, err := scheme.Scheme.ObjectKinds(object)
	if err != nil {
		return nil, err
	}
	object.GetObjectKind().SetGroupVersionKind(kinds[0])
	var to bytes.Buffer
	err = serializer.Encode(object, &to)
	return to.Bytes(), err
}

func namesIn(object runtime.Object) ([]func(path, plural string) string, error) {
	if !meta.IsListType(object) {
		return nil, nil
	}
	items, err := meta.ExtractList(object)
	if err != nil {
		return nil, err
	}
	var names []func(path, plural string) string
	for _, item := range items {
		one, err := meta.Accessor(item)
		if err != nil {
			return nil, err
		}
		name, namespace := one.GetName(), one.GetNamespace()
		names = append(names, func(path, plural string) string {
			if namespace != "" {
				path = strings.TrimSuffix(path, plural) + "namespaces/" + namespace + "/" + plural
			}
			return path + "/" + name
		})
	}
	return names, nil
}
