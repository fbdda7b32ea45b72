// Package rest stands in for kubesphere.io/client-go/rest, which no public proxy has: the same names, and the same
// convention inside a pod. The token is read from a file, and whether ca.crt lies beside it decides between HTTP and HTTPS.
package rest

import (
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"

	"k8s.io/client-go/rest"
)

const (
	folder    = "/var/run/secrets/kubesphere.io/serviceaccount"
	inCluster = "ks-apiserver.kubesphere-system"
)

// Config is that of client-go.
type Config = rest.Config

// RESTClientFor is that of client-go.
var RESTClientFor = rest.RESTClientFor

// InClusterConfig reads what a pod with a KubeSphere ServiceAccount has.
//
// A test is no pod: FAKE_KS_SECRETS names another folder, FAKE_KS_ADDRESS where the name of the Service leads.
func InClusterConfig() (*Config, error) {
	at := folder
	if given := os.Getenv("FAKE_KS_SECRETS"); given != "" {
		at = given
	}
	tokenFile := filepath.Join(at, "token")
	token, err := os.ReadFile(tokenFile)
	if err != nil {
		return nil, err
	}
	config := &Config{
		Host:            "http://" + inCluster + ":80",
		BearerToken:     string(token),
		BearerTokenFile: tokenFile,
	}
	caFile := filepath.Join(at, "ca.crt")
	if _, err := os.Stat(caFile); err == nil {
		config.Host = "https://" + inCluster + ":443"
		config.TLSClientConfig = rest.TLSClientConfig{CAFile: caFile}
	}
	if address := os.Getenv("FAKE_KS_ADDRESS"); address != "" {
		config.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, address)
		}
		config.Proxy = http.ProxyURL(nil)
	}
	return config, nil
}

// SetKubeSphereDefaults fills in what a configuration leaves out.
func SetKubeSphereDefaults(config *Config) error {
	if config.QPS == 0 {
		config.QPS = 5
	}
	if config.Burst == 0 {
		config.Burst = 10
	}
	if config.UserAgent == "" {
		config.UserAgent = rest.DefaultKubernetesUserAgent()
	}
	return nil
}
