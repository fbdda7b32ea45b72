package main

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

type told struct {
	Reason metav1.StatusReason `json:"reason"`
	Code   int32               `json:"code"`
}

func tell(err error) told {
	if status, ok := err.(errors.APIStatus); ok {
		return told{status.Status().Reason, status.Status().Code}
	}
	return told{Reason: metav1.StatusReason(fmt.Sprint(err))}
}

// typed makes, reads, changes, lists, watches and deletes a ConfigMap, all in JSON and all in protobuf.
func typed(ctx context.Context, config *rest.Config) (any, error) {
	result := map[string]any{}
	for _, contentType := range []string{"application/json", "application/vnd.kubernetes.protobuf"} {
		config := rest.CopyConfig(config)
		config.ContentType = contentType
		config.AcceptContentTypes = contentType
		client, err := kubernetes.NewForConfig(config)
		if err != nil {
			return nil, err
		}
		steps, err := configMapLife(ctx, client)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", contentType, err)
		}
		result[contentType] = steps
	}
	return result, nil
}

func configMapLife(ctx context.Context, client kubernetes.Interface) (map[string]any, error) {
	maps := client.CoreV1().ConfigMaps("default")
	steps := map[string]any{}
	made, err := maps.Create(ctx, &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: "life", Labels: map[string]string{"of": "life"}},
		Data:       map[string]string{"a": "1"},
		BinaryData: map[string][]byte{"b": {0, 255}},
	}, metav1.CreateOptions{})
	if err != nil {
		return nil, err
	}
	watched, err := maps.Watch(ctx, metav1.ListOptions{LabelSelector: "of=life", ResourceVersion: made.ResourceVersion})
	if err != nil {
		return nil, err
	}
	defer watched.Stop()
	_, err = maps.Create(ctx, made.DeepCopy(), metav1.CreateOptions{})
	steps["versioned"] = tell(err).Code
	again := made.DeepCopy()
	again.ResourceVersion = ""
	_, err = maps.Create(ctx, again, metav1.CreateOptions{})
	steps["again"] = tell(err)
	made.Data["a"] = "2"
	updated, err := maps.Update(ctx, made, metav1.UpdateOptions{})
	if err != nil {
		return nil, err
	}
	_, err = maps.Update(ctx, made, metav1.UpdateOptions{})
	steps["stale"] = tell(err)
	patched, err := maps.Patch(ctx, "life", types.MergePatchType, []byte(`{"data":{"c":"3"}}`), metav1.PatchOptions{})
	if err != nil {
		return nil, err
	}
	steps["patched"] = map[string]any{"data": patched.Data, "binary": patched.BinaryData["b"], "newer": patched.ResourceVersion != updated.ResourceVersion}
	listed, err := maps.List(ctx, metav1.ListOptions{LabelSelector: "of=life"})
	if err != nil {
		return nil, err
	}
	steps["listed"] = len(listed.Items)
	if err := maps.Delete(ctx, "life", metav1.DeleteOptions{}); err != nil {
		return nil, err
	}
	_, err = maps.Get(ctx, "life", metav1.GetOptions{})
	steps["gone"] = tell(err)
	var seen []watch.EventType
	for event := range watched.ResultChan() {
		seen = append(seen, event.Type)
		if event.Type == watch.Deleted {
			break
		}
	}
	steps["seen"] = seen
	return steps, nil
}

// dynamicClient does the same with a kind of KubeSphere's it knows no type of.
func dynamicClient(ctx context.Context, config *rest.Config) (any, error) {
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	accounts := client.Resource(schema.GroupVersionResource{
		Group: "kubesphere.io", Version: "v1alpha1", Resource: "serviceaccounts",
	}).Namespace("default")
	object := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "kubesphere.io/v1alpha1",
		"kind":       "ServiceAccount",
		"metadata":   map[string]any{"name": "dynamic"},
		"secrets":    []any{},
	}}
	if _, err := accounts.Create(ctx, object, metav1.CreateOptions{}); err != nil {
		return nil, err
	}
	found, err := accounts.Get(ctx, "dynamic", metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	secrets, _, err := unstructured.NestedSlice(found.Object, "secrets")
	if err != nil {
		return nil, err
	}
	if err := accounts.Delete(ctx, "dynamic", metav1.DeleteOptions{}); err != nil {
		return nil, err
	}
	_, err = accounts.Get(ctx, "dynamic", metav1.GetOptions{})
	return map[string]any{"secrets": len(secrets), "gone": tell(err)}, nil
}
