#!/usr/bin/env bash
# Puts the Kubernetes clients of these tests into a folder of their own, and prints which:
#   kubectl-old/kubectl  Debian's, 1.20 on Debian 12, unpacked from its package
#   kubectl-new/kubectl  built from the public modules that tools/go.mod pins
#   helm/helm            built from them too
#   python/kubernetes    the Python client that python/requirements.txt pins, with what it needs
#   java/*.jar           the Java client that java/pom.xml pins, with what it needs
# Nothing on the path is touched or relied on but Go, Python, Java with Maven and, on Debian, apt. What is there already is not made again: the
# folder is named for everything it is made of. With --where it only prints the folder.
set -euo pipefail
cd "$(dirname "$0")"

# These are modules of their own, wherever the project lies.
export GOWORK=off

key=$(cat install.sh tools/go.mod tools/go.sum tools/kubectl/main.go python/requirements.txt java/pom.xml | sha256sum | cut -c1-16)
folder=${FAKE_KS_CLIENTS:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/fake-ks-apiserver/clients}/$key

if [ "${1:-}" = --where ]; then
  echo "$folder"
  exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi

unpack_old_kubectl() {
  local work
  work=$(mktemp -d)
  # apt's own user has to be able to write there.
  chmod 777 "$work"
  (
    cd "$work"
    apt-get download -qq kubernetes-client >&2 ||
      { "${as_root[@]}" apt-get update -qq >&2 && apt-get download -qq kubernetes-client >&2; }
    dpkg-deb -x kubernetes-client_*.deb .
  )
  mkdir -p "$folder/kubectl-old"
  mv "$work/usr/bin/kubectl" "$folder/kubectl-old/kubectl"
  rm -rf "$work"
}

# Versions are told to programs by the linker, as their own releases do it.
version_of() {
  (cd tools && go list -m -f '{{.Version}}' "$1")
}

build() {
  local name=$1 package=$2
  shift 2
  mkdir -p "$folder/$name"
  (cd tools && go build -trimpath -ldflags "-s -w $*" -o "$folder/$name/${name%%-*}.part" "$package")
  mv "$folder/$name/${name%%-*}.part" "$folder/$name/${name%%-*}"
}

build_new_kubectl() {
  # k8s.io/kubectl v0.X is Kubernetes v1.X.
  local version in=k8s.io/component-base/version
  version=v1.$(version_of k8s.io/kubectl | cut -d. -f2-)
  build kubectl-new ./kubectl "-X $in.gitVersion=$version -X $in.gitMajor=1 -X $in.gitMinor=$(cut -d. -f2 <<<"$version")"
}

build_helm() {
  build helm helm.sh/helm/v3/cmd/helm "-X helm.sh/helm/v3/internal/version.version=$(version_of helm.sh/helm/v3)"
}

install_python_client() {
  rm -rf "$folder/python.part"
  python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
    --target "$folder/python.part" --requirement python/requirements.txt >&2
  mv "$folder/python.part" "$folder/python"
}

install_java_client() {
  command -v mvn >/dev/null && command -v java >/dev/null || {
    echo "no Java with Maven on the path: the Java client is left out" >&2
    return
  }
  rm -rf "$folder/java.part"
  mvn --quiet --batch-mode -Dstyle.color=never --file java/pom.xml dependency:copy-dependencies \
    "-DoutputDirectory=$folder/java.part" >&2
  mv "$folder/java.part" "$folder/java"
}

need_go() {
  command -v go >/dev/null || {
    echo "no Go on the path, and these clients are built with it: install Go $(awk '$1 == "go" { print $2 }' tools/go.mod) or newer" >&2
    exit 1
  }
}

need_go
[ -x "$folder/kubectl-old/kubectl" ] || unpack_old_kubectl
[ -x "$folder/kubectl-new/kubectl" ] || build_new_kubectl
[ -x "$folder/helm/helm" ] || build_helm
[ -d "$folder/python" ] || install_python_client
[ -d "$folder/java" ] || install_java_client
# The tests build the Go program themselves; this leaves them only the last step of it.
(cd go && go build -o /dev/null .)
echo "$folder"
