// Package scheme stands in for kubesphere.io/client-go/kubesphere/scheme: what the guide reads needs native kinds only.
package scheme

import "k8s.io/client-go/kubernetes/scheme"

// Codecs encodes and decodes the kinds that are known.
var Codecs = scheme.Codecs
