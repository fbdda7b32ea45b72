// Command clients does one thing with a Go client, at the server that KUBECONFIG names, and says in JSON what came of it.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

type deed func(ctx context.Context, config *rest.Config) (any, error)

var deeds = map[string]deed{
	"typed":      typed,
	"answers":    answers,
	"dynamic":    dynamicClient,
	"informer":   informer,
	"resume":     resume,
	"storm":      storm,
	"leader":     leader,
	"reconciler": reconciler,
	"discovery":  discover,
	"apply":      apply,
	"lookup":     lookup,
	"streams":    streams,
	"webhooks":   webhooks,
}

func main() {
	if len(os.Args) != 2 || deeds[os.Args[1]] == nil {
		fail(fmt.Errorf("usage: clients DEED"))
	}
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		fail(err)
	}
	// What limits a client is not what is tested.
	config.QPS = -1
	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
	defer cancel()
	result, err := deeds[os.Args[1]](ctx, config)
	if err != nil {
		fail(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
