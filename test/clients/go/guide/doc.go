//go:build never

// Command guide is the program of the guide to the API of KubeSphere 4.1. The tests take its text from the guide and
// lay it over this file, which only names what that text imports.
package main

import (
	_ "kubesphere.io/client-go/kubesphere/scheme"
	_ "kubesphere.io/client-go/rest"
)
