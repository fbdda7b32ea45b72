import type { Journey } from './journey.js';

const csr = `cat >csr.yaml <<E
apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: {name: NAME}
spec:
  signerName: kubernetes.io/kube-apiserver-client
  usages: [client auth]
  request: $(openssl req -new -newkey rsa:2048 -nodes -keyout key -subj /CN=jane/O=dev 2>/dev/null | base64 -w0)
E
kubectl create -f csr.yaml`;

/** The rows of kubectl about the cluster itself, access and files of many objects. */
export const cluster: readonly Journey[] = [
  {
    title: 'dumps the cluster',
    steps: [
      [
        'kubectl cluster-info | sed "s/\\x1b\\[[0-9;]*m//g"',
        /control plane is running at https:\/\/127\.0\.0\.1:\d+\ncoredns is running at https:\/\/127\.0\.0\.1:\d+\/api\/v1\/namespaces\/kube-system\/services\/coredns:dns\/proxy\n/,
      ],
      ['kubectl cluster-info dump | head -2', /^\{\n +"kind": "NodeList",\n$/],
      [
        'kubectl cluster-info dump --namespaces default,kube-system --output-directory=dump',
        /dumped to dump\n$/,
      ],
      ['ls dump dump/kube-system | grep -c json', '8\n'],
      ['wc -l <$(ls dump/kube-system/*/logs.txt | head -1)', /^[1-9]\d*\n$/],
    ],
  },
  {
    title: 'signs certificates, makes tokens and tells what one may do',
    steps: [
      [csr.replace('NAME', 'jane'), 'certificatesigningrequest.certificates.k8s.io/jane created\n'],
      [
        'kubectl get csr jane --no-headers',
        /^jane +\d+s +kubernetes\.io\/kube-apiserver-client +\S+ .*Pending\n$/,
      ],
      ['kubectl certificate approve jane', 'certificatesigningrequest.certificates.k8s.io/jane approved\n'],
      ['kubectl get csr jane --no-headers', /Approved,Issued\n$/],
      [
        "kubectl get csr jane -o jsonpath='{.status.certificate}' | base64 -d | openssl x509 -noout -subject",
        /CN ?= ?jane/,
      ],
      [csr.replace('NAME', 'joe'), /joe created/],
      ['kubectl certificate deny joe', 'certificatesigningrequest.certificates.k8s.io/joe denied\n'],
      ['kubectl get csr joe --no-headers', /Denied\n$/],
      ['kubectl describe csr joe', /^Name: +joe\n[^]*Status: +Denied\n/],
      ['kubectl create token default --duration=10m', /^[\w-]+\.[\w-]+\.[\w-]+\n?$/, { since: 24 }],
      ['kubectl auth can-i create pods --as=nobody', 'no\n', { code: 1 }],
      [
        'kubectl auth can-i --list --namespace=default',
        /^Resources +Non-Resource URLs +Resource Names +Verbs\n/,
      ],
      ['kubectl auth can-i get pods/log', 'yes\n'],
      [
        'kubectl auth can-i get nothings',
        /^(yes|no)\n$/,
        { stderr: /doesn't have a resource type 'nothings'/ },
      ],
      [
        'printf "apiVersion: rbac.authorization.k8s.io/v1\\nkind: Role\\nmetadata: {name: r, namespace: default}\\nrules: [{apiGroups: [\\"\\"], resources: [pods], verbs: [get]}]\\n" | kubectl auth reconcile -f -',
        /role\.rbac\.authorization\.k8s\.io\/r reconciled\n/,
      ],
    ],
  },
  {
    title: 'applies folders and kustomizations',
    steps: [
      [
        'mkdir -p base; printf "resources: [c.yaml]\\nnamePrefix: my-\\ncommonLabels: {of: k}\\n" >base/kustomization.yaml; printf "apiVersion: v1\\nkind: ConfigMap\\nmetadata: {name: c}\\ndata: {a: b}\\n" >base/c.yaml',
        '',
      ],
      ['kubectl kustomize base', /name: my-c\n/],
      ['kubectl apply -k base', 'configmap/my-c created\n'],
      ['kubectl apply -k base', 'configmap/my-c unchanged\n'],
      ['kubectl get -k base --no-headers', /^my-c +1 /],
      ['kubectl diff -k base', ''],
      ['kubectl delete -k base', 'configmap "my-c" deleted\n', { before: 34 }],
      ['kubectl apply -f base/c.yaml', 'configmap/c created\n'],
      [
        `sed 's/name: c/name: d/' base/c.yaml >base/d.yaml; rm base/kustomization.yaml; kubectl apply -f base`,
        'configmap/c unchanged\nconfigmap/d created\n',
      ],
      ['kubectl get -f base -o name', 'configmap/c\nconfigmap/d\n'],
      ['kubectl delete -f base --wait=false', /"c" deleted.*\n.*"d" deleted/],
      [
        'kubectl create deployment web --image=nginx --dry-run=client -o yaml | kubectl set image --local -f - nginx=nginx:2 -o yaml | kubectl create -f -',
        'deployment.apps/web created\n',
      ],
      ['kubectl get deployment web -o jsonpath="{..image}"', 'nginx:2'],
    ],
  },
  {
    title: 'sets everything there is to set, and rolls out every kind that rolls',
    steps: [
      ['kubectl create deployment web --image=nginx:1', 'deployment.apps/web created\n'],
      ['kubectl create configmap c --from-literal=K=v', 'configmap/c created\n'],
      ['kubectl set env deployment/web --from=configmap/c', 'deployment.apps/web env updated\n'],
      ['kubectl set env deployment/web --list --resolve', /K=v\n/],
      ['kubectl set env deployment/web K-', 'deployment.apps/web env updated\n'],
      ['kubectl create rolebinding rb --clusterrole=view --user=a', /created/],
      [
        'kubectl set subject rolebinding rb --user=b',
        'rolebinding.rbac.authorization.k8s.io/rb subjects updated\n',
      ],
      ['kubectl get rolebinding rb -o wide --no-headers', /^rb +ClusterRole\/view +\d+s +a, ?b /],
      ['kubectl annotate deployment web kubernetes.io/change-cause=first', 'deployment.apps/web annotated\n'],
      ['kubectl rollout history deployment web', /\d +first\n/],
      [
        'kubectl rollout restart daemonset -n kube-system kube-proxy',
        'daemonset.apps/kube-proxy restarted\n',
      ],
      [
        'kubectl rollout status daemonset -n kube-system kube-proxy --timeout=5s',
        /daemon set "kube-proxy" successfully rolled out\n$/,
      ],
      ['kubectl rollout history daemonset -n kube-system kube-proxy', /REVISION +CHANGE-CAUSE\n1 /],
      ['kubectl rollout restart statefulset -n shop database', 'statefulset.apps/database restarted\n'],
      [
        'kubectl rollout status statefulset -n shop database --timeout=5s',
        /(roll out complete|rolling update complete)/,
      ],
      ['kubectl rollout undo deployment/web', /^deployment\.apps\/web rolled back\n$/],
      [
        'kubectl rollout undo deployment/web --to-revision=99',
        '',
        { code: 1, stderr: /unable to find specified revision 99/ },
      ],
      ['kubectl rollout undo deployment/web --dry-run=server', /rolled back \(server dry run\)\n$/],
    ],
  },
];
