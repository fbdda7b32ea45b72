package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/watch"
	appsapply "k8s.io/client-go/applyconfigurations/apps/v1"
	coreapply "k8s.io/client-go/applyconfigurations/core/v1"
	metaapply "k8s.io/client-go/applyconfigurations/meta/v1"
	"k8s.io/client-go/discovery/cached/disk"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/pager"
	watchtools "k8s.io/client-go/tools/watch"
)

func deployment(image string) *appsapply.DeploymentApplyConfiguration {
	labels := map[string]string{"app": "applied"}
	return appsapply.Deployment("applied", "default").WithLabels(labels).WithSpec(appsapply.DeploymentSpec().
		WithReplicas(2).
		WithSelector(metaapply.LabelSelector().WithMatchLabels(labels)).
		WithTemplate(coreapply.PodTemplateSpec().WithLabels(labels).WithSpec(coreapply.PodSpec().
			WithContainers(coreapply.Container().WithName("web").WithImage(image)))))
}

// apply writes typed apply configurations, is told of conflicts, and extracts what is its own; in protobuf but for the
// configurations themselves.
func apply(ctx context.Context, config *rest.Config) (any, error) {
	config = rest.CopyConfig(config)
	config.ContentType = protobufType
	config.AcceptContentTypes = protobufType + ",application/json"
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	deployments := client.AppsV1().Deployments("default")
	owner := metav1.ApplyOptions{FieldManager: "owner"}
	made, err := deployments.Apply(ctx, deployment("nginx:1"), owner)
	if err != nil {
		return nil, err
	}
	_, err = deployments.Apply(ctx, deployment("nginx:2"), metav1.ApplyOptions{FieldManager: "other"})
	conflict := tell(err)
	causes := []string{}
	if status, ok := err.(errors.APIStatus); ok && status.Status().Details != nil {
		for _, cause := range status.Status().Details.Causes {
			causes = append(causes, cause.Field+" "+string(cause.Type))
		}
	}
	patch := `{"spec":{"template":{"spec":{"containers":[{"name":"web","env":[{"name":"A","value":"1"}]}]}}}}`
	patched, err := deployments.Patch(ctx, "applied", types.StrategicMergePatchType, []byte(patch), metav1.PatchOptions{FieldManager: "patcher"})
	if err != nil {
		return nil, err
	}
	extracted, err := appsapply.ExtractDeployment(patched, "owner")
	if err != nil {
		return nil, err
	}
	extracted.Spec.WithReplicas(3)
	scaled, err := deployments.Apply(ctx, extracted, owner)
	if err != nil {
		return nil, err
	}
	container := scaled.Spec.Template.Spec.Containers[0]
	_, err = deployments.ApplyStatus(ctx, appsapply.Deployment("applied", "default").WithStatus(
		appsapply.DeploymentStatus().WithConditions(appsapply.DeploymentCondition().
			WithType("Tested").WithStatus(corev1.ConditionTrue))), metav1.ApplyOptions{FieldManager: "tester"})
	if err != nil {
		return nil, err
	}
	var tested appsv1.DeploymentConditionType
	err = wait.PollUntilContextTimeout(ctx, 10*time.Millisecond, 10*time.Second, true, func(ctx context.Context) (bool, error) {
		found, err := deployments.Get(ctx, "applied", metav1.GetOptions{})
		if err != nil {
			return false, err
		}
		for _, condition := range found.Status.Conditions {
			if condition.Type == "Tested" {
				tested = condition.Type
			}
		}
		return found.Status.ReadyReplicas == 3, nil
	})
	if err != nil {
		return nil, err
	}
	scale, err := deployments.GetScale(ctx, "applied", metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	scale.Spec.Replicas = 1
	if scale, err = deployments.UpdateScale(ctx, "applied", scale, metav1.UpdateOptions{}); err != nil {
		return nil, err
	}
	evicted, err := evictOne(ctx, client)
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"generation": made.Generation, "conflict": conflict, "causes": causes, "kept": container.Env[0].Value,
		"image": *extracted.Spec.Template.Spec.Containers[0].Image, "env": len(extracted.Spec.Template.Spec.Containers[0].Env),
		"tested": tested, "scaled": scale.Spec.Replicas, "evicted": evicted,
	}, nil
}

// evictOne evicts a pod, and waits until it is gone.
func evictOne(ctx context.Context, client kubernetes.Interface) (bool, error) {
	pods := client.CoreV1().Pods("default")
	found, err := pods.List(ctx, metav1.ListOptions{LabelSelector: "app=applied"})
	if err != nil {
		return false, err
	}
	name := found.Items[0].Name
	single := cache.NewListWatchFromClient(client.CoreV1().RESTClient(), "pods", "default", fields.OneTermEqualSelector("metadata.name", name))
	gone := make(chan error, 1)
	ready := make(chan struct{})
	go func() {
		_, err := watchtools.UntilWithSync(ctx, single, &corev1.Pod{}, func(cache.Store) (bool, error) {
			close(ready)
			return false, nil
		}, func(event watch.Event) (bool, error) {
			return event.Type == watch.Deleted, nil
		})
		gone <- err
	}()
	<-ready
	zero := int64(0)
	err = pods.EvictV1(ctx, &policyv1.Eviction{
		ObjectMeta: metav1.ObjectMeta{Name: name}, DeleteOptions: &metav1.DeleteOptions{GracePeriodSeconds: &zero},
	})
	if err != nil {
		return false, err
	}
	return true, <-gone
}

// lookup reads long lists page by page, metadata alone, and what is served by way of caches.
func lookup(ctx context.Context, config *rest.Config) (any, error) {
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	maps := client.CoreV1().ConfigMaps("default")
	for number := range 25 {
		object := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{
			Name: fmt.Sprintf("page-%02d", number), Labels: map[string]string{"of": "pages"},
		}}
		if _, err := maps.Create(ctx, object, metav1.CreateOptions{}); err != nil {
			return nil, err
		}
	}
	pages, names := 0, []string{}
	reader := pager.New(func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
		pages++
		return maps.List(ctx, options)
	})
	reader.PageSize = 10
	err = reader.EachListItem(ctx, metav1.ListOptions{LabelSelector: "of=pages"}, func(item runtime.Object) error {
		names = append(names, item.(*corev1.ConfigMap).Name)
		return nil
	})
	if err != nil {
		return nil, err
	}
	seen, err := metadataInformer(ctx, config, client)
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "discovery")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	onDisk, err := disk.NewCachedDiscoveryClientForConfig(config, folder+"/discovery", folder+"/http", time.Hour)
	if err != nil {
		return nil, err
	}
	if _, err := onDisk.ServerPreferredResources(); err != nil {
		return nil, err
	}
	kept, err := os.ReadDir(folder + "/discovery")
	if err != nil {
		return nil, err
	}
	mapper := restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(client.Discovery()))
	before, _ := mapper.KindFor(widgetResource)
	dynamicResult, err := dynamicClient(ctx, config)
	if err != nil {
		return nil, err
	}
	if err := define(ctx, config); err != nil {
		return nil, err
	}
	mapper.Reset()
	after, err := mapper.KindFor(widgetResource)
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"pages": pages, "names": len(names), "ordered": strings.Join(names[:2], " "), "metadata": seen,
		"kept": len(kept) > 10, "before": before.Kind, "after": after.Kind, "dynamic": dynamicResult != nil,
	}, nil
}

// metadataInformer follows the metadata of objects, nothing else of which it is sent.
func metadataInformer(ctx context.Context, config *rest.Config, client kubernetes.Interface) ([]string, error) {
	bare, err := metadata.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	factory := metadatainformer.NewFilteredSharedInformerFactory(bare, 0, "default", func(options *metav1.ListOptions) {
		options.LabelSelector = "of=metadata"
	})
	informer := factory.ForResource(corev1.SchemeGroupVersion.WithResource("configmaps")).Informer()
	events := make(chan string, 10)
	tellOf := func(what string, object any) {
		events <- what + " " + object.(*metav1.PartialObjectMetadata).Annotations["n"]
	}
	_, err = informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(object any) { tellOf("add", object) },
		UpdateFunc: func(_, object any) { tellOf("update", object) },
		DeleteFunc: func(object any) { tellOf("delete", object) },
	})
	if err != nil {
		return nil, err
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	maps := client.CoreV1().ConfigMaps("default")
	made, err := maps.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{
		Name: "bare", Labels: map[string]string{"of": "metadata"}, Annotations: map[string]string{"n": "1"},
	}}, metav1.CreateOptions{})
	if err != nil {
		return nil, err
	}
	made.Annotations["n"] = "2"
	if _, err := maps.Update(ctx, made, metav1.UpdateOptions{}); err != nil {
		return nil, err
	}
	if err := maps.Delete(ctx, "bare", metav1.DeleteOptions{}); err != nil {
		return nil, err
	}
	var seen []string
	for range 3 {
		select {
		case event := <-events:
			seen = append(seen, event)
		case <-ctx.Done():
			return nil, fmt.Errorf("only %v: %w", seen, ctx.Err())
		}
	}
	return seen, nil
}
