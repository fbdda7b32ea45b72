package main

import (
	"context"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
)

// leader has two candidates run for one Lease: the first leads until it gives up, then the second does.
func leader(ctx context.Context, config *rest.Config) (any, error) {
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	var mutex sync.Mutex
	var led []string
	begun := make(chan string, 2)
	run := func(ctx context.Context, name string) chan struct{} {
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			leaderelection.RunOrDie(ctx, leaderelection.LeaderElectionConfig{
				Lock: &resourcelock.LeaseLock{
					LeaseMeta:  metav1.ObjectMeta{Namespace: "default", Name: "race"},
					Client:     client.CoordinationV1(),
					LockConfig: resourcelock.ResourceLockConfig{Identity: name},
				},
				ReleaseOnCancel: true,
				LeaseDuration:   6 * time.Second,
				RenewDeadline:   4 * time.Second,
				RetryPeriod:     200 * time.Millisecond,
				Callbacks: leaderelection.LeaderCallbacks{
					OnStartedLeading: func(context.Context) {
						mutex.Lock()
						led = append(led, name)
						mutex.Unlock()
						begun <- name
					},
					OnStoppedLeading: func() {},
				},
			})
		}()
		return ended
	}
	firstContext, giveUp := context.WithCancel(ctx)
	first := run(firstContext, "first")
	await(ctx, begun)
	secondContext, stop := context.WithCancel(ctx)
	second := run(secondContext, "second")
	giveUp()
	<-first
	await(ctx, begun)
	lease, err := client.CoordinationV1().Leases("default").Get(ctx, "race", metav1.GetOptions{})
	stop()
	<-second
	if err != nil {
		return nil, err
	}
	mutex.Lock()
	defer mutex.Unlock()
	return map[string]any{"led": led, "holder": lease.Spec.HolderIdentity, "transitions": lease.Spec.LeaseTransitions}, nil
}

func await[T any](ctx context.Context, channel <-chan T) {
	select {
	case <-channel:
	case <-ctx.Done():
	}
}
