package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/conversion"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/webhook"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

const gadgetGroup = "gadgets.example.io"

// GadgetSpec is what a Gadget of v1 has.
type GadgetSpec struct {
	Width  int `json:"width"`
	Height int `json:"height"`
}

// Gadget is the version that is stored.
type Gadget struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              GadgetSpec `json:"spec"`
}

// Hub says that all other versions are converted by way of this one.
func (*Gadget) Hub() {}

// DeepCopyObject copies a Gadget.
func (g *Gadget) DeepCopyObject() runtime.Object {
	return &Gadget{TypeMeta: g.TypeMeta, ObjectMeta: *g.ObjectMeta.DeepCopy(), Spec: g.Spec}
}

// OldGadget is the version before, with its size in one text.
type OldGadget struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              struct {
		Size string `json:"size"`
	} `json:"spec"`
}

// DeepCopyObject copies an OldGadget.
func (g *OldGadget) DeepCopyObject() runtime.Object {
	return &OldGadget{TypeMeta: g.TypeMeta, ObjectMeta: *g.ObjectMeta.DeepCopy(), Spec: g.Spec}
}

// ConvertTo makes it one of v1.
func (g *OldGadget) ConvertTo(hub conversion.Hub) error {
	to := hub.(*Gadget)
	to.ObjectMeta = g.ObjectMeta
	_, err := fmt.Sscanf(g.Spec.Size, "%dx%d", &to.Spec.Width, &to.Spec.Height)
	return err
}

// ConvertFrom makes it of one of v1.
func (g *OldGadget) ConvertFrom(hub conversion.Hub) error {
	from := hub.(*Gadget)
	g.ObjectMeta = from.ObjectMeta
	g.Spec.Size = fmt.Sprintf("%dx%d", from.Spec.Width, from.Spec.Height)
	return nil
}

// gadgetRules fill in a height that is missing, and refuse a width that is none.
type gadgetRules struct{}

func (gadgetRules) Default(_ context.Context, object runtime.Object) error {
	if gadget := object.(*Gadget); gadget.Spec.Height == 0 {
		gadget.Spec.Height = gadget.Spec.Width
	}
	return nil
}

func (gadgetRules) check(object runtime.Object) (admission.Warnings, error) {
	gadget := object.(*Gadget)
	if gadget.Spec.Width <= 0 {
		return admission.Warnings{"look at the width"}, fmt.Errorf("a width of %d is none", gadget.Spec.Width)
	}
	return nil, nil
}

func (r gadgetRules) ValidateCreate(_ context.Context, object runtime.Object) (admission.Warnings, error) {
	return r.check(object)
}

func (r gadgetRules) ValidateUpdate(_ context.Context, _, object runtime.Object) (admission.Warnings, error) {
	return r.check(object)
}

func (gadgetRules) ValidateDelete(_ context.Context, object runtime.Object) (admission.Warnings, error) {
	if object.(*Gadget).Annotations["keep"] != "" {
		return nil, fmt.Errorf("kept")
	}
	return nil, nil
}

var (
	gadgetVersion    = schema.GroupVersion{Group: gadgetGroup, Version: "v1"}
	oldGadgetVersion = schema.GroupVersion{Group: gadgetGroup, Version: "v1beta1"}
)

// selfSigned is a certificate for 127.0.0.1, and what it is checked with.
func selfSigned() (tls.Certificate, string, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, "", err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	made, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, "", err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: made})
	return tls.Certificate{Certificate: [][]byte{made}, PrivateKey: key}, base64.StdEncoding.EncodeToString(text), nil
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}

func gadgetDefinition(address, bundle string) client.Object {
	version := func(name string, storage bool, spec map[string]any) map[string]any {
		return map[string]any{"name": name, "served": true, "storage": storage, "schema": map[string]any{
			"openAPIV3Schema": map[string]any{"type": "object", "properties": map[string]any{
				"spec": map[string]any{"type": "object", "properties": spec},
			}},
		}}
	}
	integer := map[string]any{"type": "integer"}
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apiextensions.k8s.io/v1",
		"kind":       "CustomResourceDefinition",
		"metadata":   map[string]any{"name": "gadgets." + gadgetGroup},
		"spec": map[string]any{
			"group": gadgetGroup,
			"scope": "Namespaced",
			"names": map[string]any{"kind": "Gadget", "plural": "gadgets", "singular": "gadget"},
			"conversion": map[string]any{"strategy": "Webhook", "webhook": map[string]any{
				"conversionReviewVersions": []any{"v1"},
				"clientConfig":             map[string]any{"url": address + "/convert", "caBundle": bundle},
			}},
			"versions": []any{
				version("v1", true, map[string]any{"width": integer, "height": integer}),
				version("v1beta1", false, map[string]any{"size": map[string]any{"type": "string"}}),
			},
		},
	}}
}

func gadgetConfiguration(kind, address, path, bundle string, operations ...any) client.Object {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "admissionregistration.k8s.io/v1",
		"kind":       kind,
		"metadata":   map[string]any{"name": "gadgets"},
		"webhooks": []any{map[string]any{
			"name":                    "rules." + gadgetGroup,
			"clientConfig":            map[string]any{"url": address + path, "caBundle": bundle},
			"sideEffects":             "None",
			"admissionReviewVersions": []any{"v1"},
			"rules": []any{map[string]any{
				"apiGroups": []any{gadgetGroup}, "apiVersions": []any{"v1"}, "resources": []any{"gadgets"}, "operations": operations,
			}},
		}},
	}}
}

// webhooks runs a manager whose webhooks complete, check and convert a kind of its own, written and read at both versions.
func webhooks(ctx context.Context, config *rest.Config) (any, error) {
	scheme := runtime.NewScheme()
	scheme.AddKnownTypeWithName(gadgetVersion.WithKind("Gadget"), &Gadget{})
	scheme.AddKnownTypeWithName(oldGadgetVersion.WithKind("Gadget"), &OldGadget{})
	metav1.AddToGroupVersion(scheme, gadgetVersion)
	metav1.AddToGroupVersion(scheme, oldGadgetVersion)
	certificate, bundle, err := selfSigned()
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	hooks := webhook.NewServer(webhook.Options{Host: "127.0.0.1", Port: port, TLSOpts: []func(*tls.Config){
		func(config *tls.Config) {
			config.GetCertificate = func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return &certificate, nil }
		},
	}})
	manager, err := ctrl.NewManager(config, ctrl.Options{
		Scheme: scheme, Metrics: server.Options{BindAddress: "0"}, WebhookServer: hooks,
	})
	if err != nil {
		return nil, err
	}
	rules := gadgetRules{}
	err = ctrl.NewWebhookManagedBy(manager).For(&Gadget{}).WithDefaulter(rules).WithValidator(rules).Complete()
	if err != nil {
		return nil, err
	}
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- manager.Start(running) }()
	err = until(ctx, func() (bool, error) { return hooks.StartedChecker()(nil) == nil, nil })
	var result any
	if err == nil {
		result, err = writeGadgets(ctx, config, scheme, fmt.Sprintf("https://127.0.0.1:%d", port), bundle)
	}
	stop()
	if problem := <-ended; err == nil {
		err = problem
	}
	return result, err
}

func writeGadgets(ctx context.Context, config *rest.Config, scheme *runtime.Scheme, address, bundle string) (any, error) {
	direct, err := client.New(config, client.Options{Scheme: scheme})
	if err != nil {
		return nil, err
	}
	for _, object := range []client.Object{
		gadgetDefinition(address, bundle),
		gadgetConfiguration("MutatingWebhookConfiguration", address, "/mutate-gadgets-example-io-v1-gadget", bundle, "CREATE", "UPDATE"),
		gadgetConfiguration("ValidatingWebhookConfiguration", address, "/validate-gadgets-example-io-v1-gadget", bundle, "CREATE", "UPDATE", "DELETE"),
	} {
		if err := direct.Create(ctx, object); err != nil {
			return nil, err
		}
	}
	meta := func(name string) metav1.ObjectMeta { return metav1.ObjectMeta{Namespace: "default", Name: name} }
	completed := &Gadget{ObjectMeta: meta("new"), Spec: GadgetSpec{Width: 3}}
	if err := direct.Create(ctx, completed); err != nil {
		return nil, err
	}
	old := &OldGadget{ObjectMeta: meta("old")}
	old.Spec.Size = "4x0"
	if err := direct.Create(ctx, old); err != nil {
		return nil, err
	}
	stored := &Gadget{}
	if err := direct.Get(ctx, client.ObjectKeyFromObject(old), stored); err != nil {
		return nil, err
	}
	err = direct.Create(ctx, &Gadget{ObjectMeta: meta("bad")})
	refused := fmt.Sprint(err)
	old.Spec.Size = "x"
	err = direct.Update(ctx, old)
	broken := fmt.Sprint(err)
	listed := &unstructured.UnstructuredList{}
	listed.SetGroupVersionKind(oldGadgetVersion.WithKind("GadgetList"))
	if err := direct.List(ctx, listed, client.InNamespace("default")); err != nil {
		return nil, err
	}
	sizes := map[string]any{}
	for _, item := range listed.Items {
		size, _, _ := unstructured.NestedString(item.Object, "spec", "size")
		sizes[item.GetName()] = size
	}
	patch := client.RawPatch("application/merge-patch+json", []byte(`{"metadata":{"annotations":{"keep":"yes"}}}`))
	if err := direct.Patch(ctx, stored, patch); err != nil {
		return nil, err
	}
	kept := fmt.Sprint(direct.Delete(ctx, stored))
	return map[string]any{
		"completed": completed.Spec, "old": stored.Spec, "refused": refused, "broken": broken, "sizes": sizes, "kept": kept,
	}, nil
}
