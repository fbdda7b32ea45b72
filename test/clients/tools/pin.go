//go:build pin

// Package tools pins what is built with this module.
package tools

import _ "helm.sh/helm/v3/cmd/helm"
