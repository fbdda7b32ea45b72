package main

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/util/retry"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

var widgets = schema.GroupVersionKind{Group: "example.io", Version: "v1", Kind: "Widget"}

const finalizer = "example.io/widget"

func widget() *unstructured.Unstructured {
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(widgets)
	return object
}

func definition() *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apiextensions.k8s.io/v1",
		"kind":       "CustomResourceDefinition",
		"metadata":   map[string]any{"name": "widgets.example.io"},
		"spec": map[string]any{
			"group": widgets.Group,
			"scope": "Namespaced",
			"names": map[string]any{"kind": widgets.Kind, "plural": "widgets", "singular": "widget"},
			"versions": []any{map[string]any{
				"name": widgets.Version, "served": true, "storage": true,
				"subresources": map[string]any{"status": map[string]any{}},
				"schema": map[string]any{"openAPIV3Schema": map[string]any{
					"type": "object",
					"properties": map[string]any{
						"spec": map[string]any{"type": "object", "properties": map[string]any{
							"text": map[string]any{"type": "string"},
						}},
						"status": map[string]any{"type": "object", "properties": map[string]any{
							"copied": map[string]any{"type": "string"},
						}},
					},
				}},
			}},
		},
	}}
}

var widgetResource = widgets.GroupVersion().WithResource("widgets")

// define makes the kind of Widgets.
func define(ctx context.Context, config *rest.Config) error {
	direct, err := client.New(config, client.Options{})
	if err != nil {
		return err
	}
	return direct.Create(ctx, definition())
}

// widgetReconciler keeps a ConfigMap with the text of each Widget, and says in its status which text that is.
type widgetReconciler struct {
	client.Client
	finalized chan string
}

func (r *widgetReconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	object := widget()
	if err := r.Get(ctx, request.NamespacedName, object); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !object.GetDeletionTimestamp().IsZero() {
		if controllerutil.RemoveFinalizer(object, finalizer) {
			if err := r.Update(ctx, object); err != nil {
				return ctrl.Result{}, err
			}
			r.finalized <- object.GetName()
		}
		return ctrl.Result{}, nil
	}
	if controllerutil.AddFinalizer(object, finalizer) {
		return ctrl.Result{}, r.Update(ctx, object)
	}
	text, _, _ := unstructured.NestedString(object.Object, "spec", "text")
	copied := &corev1.ConfigMap{}
	copied.Namespace, copied.Name = request.Namespace, request.Name
	_, err := controllerutil.CreateOrUpdate(ctx, r.Client, copied, func() error {
		copied.Data = map[string]string{"text": text}
		return controllerutil.SetControllerReference(object, copied, r.Scheme())
	})
	if err != nil {
		return ctrl.Result{}, err
	}
	if err := unstructured.SetNestedField(object.Object, text, "status", "copied"); err != nil {
		return ctrl.Result{}, err
	}
	return ctrl.Result{}, r.Status().Update(ctx, object)
}

// reconciler runs a manager over a kind of its own: what is written is copied, what is deleted takes the copy along.
func reconciler(ctx context.Context, config *rest.Config) (any, error) {
	scheme := runtime.NewScheme()
	if err := corev1.AddToScheme(scheme); err != nil {
		return nil, err
	}
	direct, err := client.New(config, client.Options{Scheme: scheme})
	if err != nil {
		return nil, err
	}
	if err := direct.Create(ctx, definition()); err != nil {
		return nil, err
	}
	manager, err := ctrl.NewManager(config, ctrl.Options{Scheme: scheme, Metrics: server.Options{BindAddress: "0"}})
	if err != nil {
		return nil, err
	}
	ours := &widgetReconciler{Client: manager.GetClient(), finalized: make(chan string, 1)}
	err = ctrl.NewControllerManagedBy(manager).For(widget()).Owns(&corev1.ConfigMap{}).Named("widget").Complete(ours)
	if err != nil {
		return nil, err
	}
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- manager.Start(running) }()
	result, err := exercise(ctx, direct, ours)
	stop()
	if problem := <-ended; err == nil {
		err = problem
	}
	return result, err
}

func exercise(ctx context.Context, direct client.Client, ours *widgetReconciler) (any, error) {
	object := widget()
	object.SetNamespace("default")
	object.SetName("one")
	object.Object["spec"] = map[string]any{"text": "first", "unknown": "dropped"}
	if err := direct.Create(ctx, object); err != nil {
		return nil, err
	}
	key := client.ObjectKeyFromObject(object)
	_, pruned := object.Object["spec"].(map[string]any)["unknown"]
	if err := until(ctx, func() (bool, error) { return copiedIs(ctx, direct, key, "first") }); err != nil {
		return nil, err
	}
	err := retry.RetryOnConflict(retry.DefaultRetry, func() error {
		if err := direct.Get(ctx, key, object); err != nil {
			return err
		}
		object.Object["spec"] = map[string]any{"text": "second"}
		return direct.Update(ctx, object)
	})
	if err != nil {
		return nil, err
	}
	if err := until(ctx, func() (bool, error) { return copiedIs(ctx, direct, key, "second") }); err != nil {
		return nil, err
	}
	copied := &corev1.ConfigMap{}
	if err := direct.Get(ctx, key, copied); err != nil {
		return nil, err
	}
	// A copy that somebody deletes comes back: the manager follows what it owns.
	if err := direct.Delete(ctx, copied); err != nil {
		return nil, err
	}
	err = until(ctx, func() (bool, error) {
		again := &corev1.ConfigMap{}
		err := direct.Get(ctx, key, again)
		return err == nil && again.UID != copied.UID, client.IgnoreNotFound(err)
	})
	if err != nil {
		return nil, err
	}
	if err := direct.Get(ctx, key, object); err != nil {
		return nil, err
	}
	generation := object.GetGeneration()
	if err := direct.Delete(ctx, object); err != nil {
		return nil, err
	}
	finalized := <-ours.finalized
	err = until(ctx, func() (bool, error) {
		err := direct.Get(ctx, key, &corev1.ConfigMap{})
		return errors.IsNotFound(err), client.IgnoreNotFound(err)
	})
	return map[string]any{
		"text": copied.Data["text"], "pruned": !pruned, "generation": generation, "finalized": finalized,
	}, err
}

func copiedIs(ctx context.Context, direct client.Client, key client.ObjectKey, text string) (bool, error) {
	object := widget()
	if err := direct.Get(ctx, key, object); err != nil {
		return false, err
	}
	status, _, _ := unstructured.NestedString(object.Object, "status", "copied")
	return status == text, nil
}

func until(ctx context.Context, done func() (bool, error)) error {
	for {
		finished, err := done()
		if finished || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}
