package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/httpstream"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/client-go/transport/spdy"
	"k8s.io/client-go/util/exec"
)

// streams runs commands and forwards ports over SPDY and over WebSocket, as kubectl does by means of the same code.
func streams(ctx context.Context, config *rest.Config) (any, error) {
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	_, err = client.CoreV1().Pods("default").Create(ctx, &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "web"},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "web", Image: "nginx"}}},
	}, metav1.CreateOptions{})
	if err != nil {
		return nil, err
	}
	result := map[string]any{}
	for name, executor := range executors(config) {
		ran, err := runCommands(ctx, client, executor)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		result[name] = ran
	}
	url := client.CoreV1().RESTClient().Post().Resource("pods").Namespace("default").Name("web").SubResource("portforward").URL()
	transport, upgrader, err := spdy.RoundTripperFor(config)
	if err != nil {
		return nil, err
	}
	overSPDY := spdy.NewDialer(upgrader, &http.Client{Transport: transport}, http.MethodPost, url)
	overWebSocket, err := portforward.NewSPDYOverWebsocketDialer(url, config)
	if err != nil {
		return nil, err
	}
	for name, dialer := range map[string]httpstream.Dialer{"spdy": overSPDY, "websocket": overWebSocket} {
		forwarded, err := forward(dialer)
		if err != nil {
			return nil, fmt.Errorf("port-forward over %s: %w", name, err)
		}
		result["forwarded over "+name] = forwarded
	}
	return result, nil
}

type makeExecutor func(options *corev1.PodExecOptions, client kubernetes.Interface) (remotecommand.Executor, error)

func executors(config *rest.Config) map[string]makeExecutor {
	request := func(client kubernetes.Interface, verb string, options *corev1.PodExecOptions) *rest.Request {
		return client.CoreV1().RESTClient().Verb(verb).Resource("pods").Namespace("default").Name("web").
			SubResource("exec").VersionedParams(options, scheme.ParameterCodec)
	}
	overSPDY := func(options *corev1.PodExecOptions, client kubernetes.Interface) (remotecommand.Executor, error) {
		return remotecommand.NewSPDYExecutor(config, http.MethodPost, request(client, http.MethodPost, options).URL())
	}
	overWebSocket := func(options *corev1.PodExecOptions, client kubernetes.Interface) (remotecommand.Executor, error) {
		return remotecommand.NewWebSocketExecutor(config, http.MethodGet, request(client, http.MethodGet, options).URL().String())
	}
	either := func(options *corev1.PodExecOptions, client kubernetes.Interface) (remotecommand.Executor, error) {
		first, err := overWebSocket(options, client)
		if err != nil {
			return nil, err
		}
		second, err := overSPDY(options, client)
		if err != nil {
			return nil, err
		}
		return remotecommand.NewFallbackExecutor(first, second, httpstream.IsUpgradeFailure)
	}
	return map[string]makeExecutor{"spdy": overSPDY, "websocket": overWebSocket, "fallback": either}
}

func runCommands(ctx context.Context, client kubernetes.Interface, open makeExecutor) (map[string]any, error) {
	run := func(input io.Reader, tty bool, command ...string) (string, string, error) {
		executor, err := open(&corev1.PodExecOptions{
			Command: command, Stdin: input != nil, Stdout: true, Stderr: !tty, TTY: tty,
		}, client)
		if err != nil {
			return "", "", err
		}
		var out, failed bytes.Buffer
		options := remotecommand.StreamOptions{Stdin: input, Stdout: &out, Tty: tty}
		if !tty {
			options.Stderr = &failed
		}
		err = executor.StreamWithContext(ctx, options)
		return out.String(), failed.String(), err
	}
	out, failed, err := run(nil, false, "sh", "-c", "echo out; echo err >&2; exit 3")
	code := 0
	var exit exec.CodeExitError
	if errors.As(err, &exit) {
		code = exit.Code
	} else if err != nil {
		return nil, err
	}
	large := strings.Repeat("0123456789abcdef", 1<<16)
	echoed, _, err := run(strings.NewReader(large), false, "cat")
	if err != nil {
		return nil, err
	}
	typed, _, err := run(strings.NewReader("echo typed\nexit\n"), true, "sh")
	if err != nil {
		return nil, err
	}
	_, _, err = run(nil, false, "no-such-command")
	missing := err != nil && strings.Contains(err.Error(), "no-such-command")
	return map[string]any{
		"out": out, "err": failed, "code": code, "large": echoed == large,
		"typed": strings.Contains(typed, "\ntyped\r\n"), "missing": missing,
	}, nil
}

func forward(dialer httpstream.Dialer) (string, error) {
	stop, ready := make(chan struct{}), make(chan struct{})
	forwarder, err := portforward.NewOnAddresses(dialer, []string{"127.0.0.1"}, []string{"0:80"}, stop, ready, io.Discard, io.Discard)
	if err != nil {
		return "", err
	}
	ended := make(chan error, 1)
	go func() { ended <- forwarder.ForwardPorts() }()
	select {
	case <-ready:
	case err := <-ended:
		return "", err
	}
	defer close(stop)
	ports, err := forwarder.GetPorts()
	if err != nil {
		return "", err
	}
	// Twice, each over streams of its own.
	var status string
	for range 2 {
		answer, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/", ports[0].Local))
		if err != nil {
			return "", err
		}
		if _, err := io.Copy(io.Discard, answer.Body); err != nil {
			return "", err
		}
		answer.Body.Close()
		status = answer.Status
	}
	return status, nil
}
