package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/retry"
)

const (
	objects = 100
	rounds  = 100
	label   = "informed=yes"
)

// order watches what an informer tells: every version of an object has to come after the one before it.
type order struct {
	mutex                     sync.Mutex
	versions                  map[string]int
	counters                  map[string]int
	adds, updates, deletes    int
	backwards, missed, relist int
	done                      chan struct{}
}

func newOrder() *order {
	return &order{versions: map[string]int{}, counters: map[string]int{}, done: make(chan struct{})}
}

func (o *order) see(object any, count *int) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	configMap, ok := object.(*corev1.ConfigMap)
	if !ok {
		return
	}
	*count++
	version, _ := strconv.Atoi(configMap.ResourceVersion)
	if version <= o.versions[configMap.Name] {
		o.backwards++
	}
	o.versions[configMap.Name] = version
	counter, _ := strconv.Atoi(configMap.Data["n"])
	// A deleted object is seen in its last state.
	if counter > o.counters[configMap.Name]+1 {
		o.missed++
	}
	o.counters[configMap.Name] = counter
	if o.deletes == objects {
		close(o.done)
	}
}

func (o *order) handler() cache.ResourceEventHandler {
	return cache.ResourceEventHandlerFuncs{
		AddFunc:    func(object any) { o.see(object, &o.adds) },
		UpdateFunc: func(_, object any) { o.see(object, &o.updates) },
		DeleteFunc: func(object any) { o.see(object, &o.deletes) },
	}
}

func (o *order) result(ctx context.Context) (map[string]int, error) {
	select {
	case <-o.done:
	case <-ctx.Done():
		return nil, fmt.Errorf("adds %d, updates %d, deletes %d: %w", o.adds, o.updates, o.deletes, ctx.Err())
	}
	return map[string]int{
		"adds": o.adds, "updates": o.updates, "deletes": o.deletes, "backwards": o.backwards, "missed": o.missed,
	}, nil
}

func follow(ctx context.Context, client kubernetes.Interface, seen *order) error {
	factory := informers.NewSharedInformerFactoryWithOptions(client, 0,
		informers.WithNamespace("default"),
		informers.WithTweakListOptions(func(options *metav1.ListOptions) { options.LabelSelector = label }))
	shared := factory.Core().V1().ConfigMaps().Informer()
	if _, err := shared.AddEventHandler(seen.handler()); err != nil {
		return err
	}
	factory.Start(ctx.Done())
	if !cache.WaitForCacheSync(ctx.Done(), shared.HasSynced) {
		return fmt.Errorf("never synced: %w", ctx.Err())
	}
	return nil
}

// write makes objects, updates each so often that there are 10,000 writes, and deletes them.
func write(ctx context.Context, client kubernetes.Interface, rounds int) error {
	maps := client.CoreV1().ConfigMaps("default")
	failed := make(chan error, objects)
	for number := range objects {
		go func() {
			object := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{
				Name: fmt.Sprintf("informed-%d", number), Labels: map[string]string{"informed": "yes"},
			}, Data: map[string]string{"n": "1"}}
			made, err := maps.Create(ctx, object, metav1.CreateOptions{})
			for round := 2; err == nil && round <= rounds; round++ {
				made.Data["n"] = strconv.Itoa(round)
				made, err = maps.Update(ctx, made, metav1.UpdateOptions{})
			}
			if err == nil {
				err = maps.Delete(ctx, object.Name, metav1.DeleteOptions{})
			}
			failed <- err
		}()
	}
	for range objects {
		if err := <-failed; err != nil {
			return err
		}
	}
	return nil
}

// informer follows 10,000 writes and the deletes after them: every change has to come, in order.
func informer(ctx context.Context, config *rest.Config) (any, error) {
	return followWrites(ctx, config, rounds)
}

// resume follows fewer writes, over connections of their own that somebody cuts again and again: WATCH_SERVER leads there.
func resume(ctx context.Context, config *rest.Config) (any, error) {
	return followWrites(ctx, config, 20)
}

func followWrites(ctx context.Context, config *rest.Config, rounds int) (any, error) {
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	watching := rest.CopyConfig(config)
	if server := os.Getenv("WATCH_SERVER"); server != "" {
		watching.Host = server
	}
	watcher, err := kubernetes.NewForConfig(watching)
	if err != nil {
		return nil, err
	}
	seen := newOrder()
	if err := follow(ctx, watcher, seen); err != nil {
		return nil, err
	}
	if err := write(ctx, client, rounds); err != nil {
		return nil, err
	}
	return seen.result(ctx)
}

// storm has 50 writers add one to the same object, ten times each: whoever comes too late tries again.
func storm(ctx context.Context, config *rest.Config) (any, error) {
	const writers, times = 50, 10
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	maps := client.CoreV1().ConfigMaps("default")
	_, err = maps.Create(ctx, &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: "storm"}, Data: map[string]string{"n": "0"},
	}, metav1.CreateOptions{})
	if err != nil {
		return nil, err
	}
	var conflicts atomic.Int64
	failed := make(chan error, writers)
	patient := retry.DefaultBackoff
	patient.Steps = 1000
	patient.Factor = 1
	for range writers {
		go func() {
			var err error
			for round := 0; err == nil && round < times; round++ {
				err = retry.RetryOnConflict(patient, func() error {
					found, err := maps.Get(ctx, "storm", metav1.GetOptions{})
					if err != nil {
						return err
					}
					count, _ := strconv.Atoi(found.Data["n"])
					found.Data["n"] = strconv.Itoa(count + 1)
					_, err = maps.Update(ctx, found, metav1.UpdateOptions{})
					if err != nil {
						conflicts.Add(1)
					}
					return err
				})
			}
			failed <- err
		}()
	}
	for range writers {
		if err := <-failed; err != nil {
			return nil, err
		}
	}
	last, err := maps.Get(ctx, "storm", metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	return map[string]any{"count": last.Data["n"], "conflicts": conflicts.Load() > 0}, nil
}
