import type { Journey } from './journey.js';

const manifest =
  'kubectl create configmap a --from-literal=x=1 --dry-run=client -o yaml | sed /creationTimestamp/d';

const prune = 'kubectl apply -f - --prune -l of=prune';
const pruneOld = `${prune} --prune-whitelist=core/v1/ConfigMap`;
const pruneNew = `${prune} --prune-allowlist=core/v1/ConfigMap`;
const two = "printf 'apiVersion: v1\\nkind: ConfigMap\\nmetadata: {name: %s, labels: {of: prune}}\\n---\\n'";

/** The rows of kubectl that write objects of any kind. */
export const writing: readonly Journey[] = [
  {
    title: 'creates what it has generators for',
    steps: [
      ['kubectl create namespace made', 'namespace/made created\n'],
      ['kubectl create configmap c --from-literal=a=b', 'configmap/c created\n'],
      ['kubectl create secret generic s --from-literal=a=b', 'secret/s created\n'],
      [
        'kubectl create secret docker-registry d --docker-username=a --docker-password=b --docker-server=c',
        'secret/d created\n',
      ],
      ["kubectl get secret s -o jsonpath='{.data.a}' | base64 -d", 'b'],
      ['kubectl create serviceaccount sa', 'serviceaccount/sa created\n'],
      ['kubectl create role r --verb=get --resource=pods', 'role.rbac.authorization.k8s.io/r created\n'],
      [
        'kubectl create rolebinding rb --role=r --user=jack',
        'rolebinding.rbac.authorization.k8s.io/rb created\n',
      ],
      [
        'kubectl create clusterrole cr --verb=get --resource=nodes',
        'clusterrole.rbac.authorization.k8s.io/cr created\n',
      ],
      [
        'kubectl create clusterrolebinding crb --clusterrole=cr --group=g',
        'clusterrolebinding.rbac.authorization.k8s.io/crb created\n',
      ],
      ['kubectl create service clusterip svc --tcp=80:8080', 'service/svc created\n'],
      ['kubectl create service nodeport np --tcp=80', 'service/np created\n'],
      ['kubectl create quota q --hard=pods=3', 'resourcequota/q created\n'],
      ['kubectl create job j --image=busybox', 'job.batch/j created\n'],
      ['kubectl create priorityclass pc --value=7', 'priorityclass.scheduling.k8s.io/pc created\n'],
      [
        'kubectl create poddisruptionbudget p --selector=app=x --min-available=1',
        /^poddisruptionbudget\.policy\/p created\n$/,
        { since: 21 },
      ],
      [
        'kubectl create cronjob cj --image=busybox --schedule="* * * * *"',
        'cronjob.batch/cj created\n',
        { since: 21 },
      ],
      ['kubectl create job from --from=cronjob/cj', 'job.batch/from created\n', { since: 21 }],
      ['kubectl create ingress i --rule="a.example/x=svc:80"', 'ingress.networking.k8s.io/i created\n'],
      ['kubectl get ingress i --no-headers', /^i +<none> +a\.example +80 /],
      ['kubectl create deployment d --image=nginx', 'deployment.apps/d created\n'],
      ['kubectl create configmap c', '', { code: 1, stderr: /^(E|e)rror.*configmaps "c" already exists\n$/ }],
      [
        'kubectl create configmap Wrong',
        '',
        { code: 1, stderr: /a lowercase RFC 1123 subdomain must consist of/ },
      ],
      ['kubectl create configmap x -n none', '', { code: 1, stderr: /namespaces "none" not found/ }],
      [
        'echo \'{"apiVersion":"v1","kind":"ConfigMap","metadata":{"generateName":"g-"}}\' | kubectl create -f -',
        /^configmap\/g-\w{5} created\n$/,
      ],
      [
        'echo \'{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"raw"}}\' >raw.json && kubectl create --raw /api/v1/namespaces/default/configmaps -f raw.json',
        /"name":"raw"/,
      ],
      ['kubectl create configmap dry --dry-run=server', 'configmap/dry created (server dry run)\n'],
      ['kubectl get configmap dry', '', { code: 1 }],
    ],
  },
  {
    title: 'applies what is new, known, changed, gone and only tried',
    steps: [
      [`${manifest} | kubectl apply -f -`, 'configmap/a created\n'],
      [`${manifest} | kubectl apply -f -`, 'configmap/a unchanged\n'],
      [`${manifest} | sed /x:/s/1/2/ | kubectl diff -f -`, /^- +x: "1"\n\+ +x: "2"$/m, { code: 1 }],
      [
        `${manifest} | sed /x:/s/1/2/ | kubectl apply --dry-run=server -f -`,
        'configmap/a configured (server dry run)\n',
      ],
      ["kubectl get configmap a -o jsonpath='{.data.x}'", '1'],
      [`${manifest} | sed /x:/s/1/2/ | kubectl apply -f -`, 'configmap/a configured\n'],
      [`${manifest} | sed /x:/s/1/2/ | kubectl diff -f -`, ''],
      ["kubectl get configmap a -o jsonpath='{.data.x}'", '2'],
      ['kubectl apply view-last-applied configmap a', /name: a\n/],
      [`(${two} p; ${two} q) | ${pruneOld}`, 'configmap/p created\nconfigmap/q created\n', { before: 26 }],
      [`${two} p | ${pruneOld}`, 'configmap/p unchanged\nconfigmap/q pruned\n', { before: 26 }],
      [`(${two} p; ${two} q) | ${pruneNew}`, 'configmap/p created\nconfigmap/q created\n', { since: 26 }],
      [`${two} p | ${pruneNew}`, 'configmap/p unchanged\nconfigmap/q pruned\n', { since: 26 }],
      [
        'echo "{\\"apiVersion\\":\\"apps/v1\\",\\"kind\\":\\"Deployment\\",\\"metadata\\":{\\"name\\":\\"w\\"},\\"spec\\":{\\"foo\\":1}}" | kubectl apply -f -',
        '',
        { since: 25, code: 1, stderr: /unknown field "spec\.foo"/ },
      ],
      [
        'echo "{\\"apiVersion\\":\\"none/v1\\",\\"kind\\":\\"None\\",\\"metadata\\":{\\"name\\":\\"w\\"}}" | kubectl apply -f -',
        '',
        { code: 1, stderr: /no matches for kind "None" in version "none\/v1"/ },
      ],
    ],
  },
  {
    title: 'applies on the server, keeps what others own, and takes it over when told',
    steps: [
      [`${manifest} | kubectl apply --server-side -f -`, 'configmap/a serverside-applied\n'],
      [`${manifest} | kubectl apply --server-side -f -`, 'configmap/a serverside-applied\n'],
      [
        `${manifest} | sed /x:/s/1/2/ | kubectl apply --server-side --field-manager=other -f -`,
        '',
        { code: 1, stderr: /Apply failed with 1 conflict: conflict with "kubectl".*: \.data\.x\n/ },
      ],
      [
        `${manifest} | sed /x:/s/1/2/ | kubectl apply --server-side --field-manager=other --force-conflicts -f -`,
        'configmap/a serverside-applied\n',
      ],
      ["kubectl get configmap a -o jsonpath='{.data.x}'", '2'],
      [
        'kubectl get configmap a -o yaml --show-managed-fields',
        /managedFields:\n[^]*manager: other\n[^]*operation: Apply\n/,
        { since: 21 },
      ],
      [
        'kubectl create configmap b --from-literal=y=1 --dry-run=client -o yaml | kubectl apply -f -',
        'configmap/b created\n',
      ],
      [
        'kubectl create configmap b --from-literal=y=2 --dry-run=client -o yaml | kubectl apply --server-side --force-conflicts -f -',
        'configmap/b serverside-applied\n',
      ],
      [
        `${manifest} | kubectl apply --server-side --dry-run=server --field-manager=other -f -`,
        'configmap/a serverside-applied (server dry run)\n',
      ],
    ],
  },
  {
    title: 'replaces, patches, edits, labels and annotates',
    steps: [
      ['kubectl create configmap a --from-literal=x=1', 'configmap/a created\n'],
      [`${manifest} | sed /x:/s/1/3/ | kubectl replace -f -`, 'configmap/a replaced\n'],
      [
        `${manifest} | kubectl replace --force -f -`,
        'configmap "a" deleted\nconfigmap/a replaced\n',
        { before: 34 },
      ],
      [`kubectl patch configmap a -p '{"data":{"x":"4"}}'`, 'configmap/a patched\n'],
      [`kubectl patch configmap a -p '{"data":{"x":"4"}}'`, 'configmap/a patched (no change)\n'],
      [`kubectl patch configmap a --type=merge -p '{"data":{"y":"5"}}'`, 'configmap/a patched\n'],
      [
        `kubectl patch configmap a --type=json -p '[{"op":"remove","path":"/data/y"}]'`,
        'configmap/a patched\n',
      ],
      [
        `kubectl patch configmap a --type=json -p '[{"op":"remove","path":"/data/y"}]'`,
        '',
        { code: 1, stderr: /The request is invalid/ },
      ],
      [`cat >edit <<'E'\n#!/bin/sh\nsed -i 's/"4"/"six"/' "$1"\nE\nchmod +x edit`, ''],
      ['EDITOR=./edit kubectl edit configmap a', 'configmap/a edited\n'],
      ["kubectl get configmap a -o jsonpath='{.data}'", /"x":"six"/],
      ['EDITOR=true kubectl edit configmap a', /^(Edit cancelled, no changes made\.\n)?$/],
      ['kubectl label configmap a app=x', 'configmap/a labeled\n'],
      [
        'kubectl label configmap a app=y',
        '',
        { code: 1, stderr: /'app' already has a value \(x\), and --overwrite is false/ },
      ],
      ['kubectl label configmap a app=y --overwrite', 'configmap/a labeled\n'],
      ['kubectl get configmaps -l app=y -o name', 'configmap/a\n'],
      ['kubectl label configmap a app-', /^configmap\/a (un)?labeled\n$/],
      ['kubectl annotate configmap a note=y', 'configmap/a annotated\n'],
      ['kubectl annotate configmap a note-', 'configmap/a annotated\n'],
      [
        `kubectl patch deployment -n kubesphere-system ks-apiserver --subresource=status --type=merge -p '{"status":{"observedGeneration":9}}'`,
        /^deployment\.apps\/ks-apiserver patched/,
        { since: 24 },
      ],
    ],
  },
  {
    title: 'deletes by name, selector, file and propagation, and waits',
    steps: [
      ['for n in a b c d; do kubectl create configmap $n; kubectl label configmap $n of=d; done', /labeled/],
      ['kubectl delete configmap a --wait', 'configmap "a" deleted\n', { before: 34 }],
      ['kubectl delete configmap a', '', { code: 1, stderr: /configmaps "a" not found/ }],
      ['kubectl delete configmap a --ignore-not-found', ''],
      ['kubectl delete configmap b --dry-run=server', /^configmap "b" deleted.*\(server dry run\)\n$/],
      [
        'kubectl delete configmap -l of=d',
        /^configmap "b" deleted[^]*configmap "c" deleted[^]*configmap "d" deleted/,
      ],
      ['kubectl create deployment web --image=nginx', 'deployment.apps/web created\n'],
      ['kubectl delete deployment web --cascade=orphan', /^deployment\.apps "web" deleted/],
      ['kubectl get rs -l app=web -o name', /^replicaset\.apps\/web-\w+\n$/],
      ['kubectl delete rs -l app=web --cascade=foreground', /^replicaset\.apps "web-\w+" deleted/],
      ['kubectl get pods -l app=web -o name', ''],
      ['kubectl run one --image=nginx', 'pod/one created\n'],
      ['kubectl delete pod one --now', /^pod "one" deleted/],
      ['kubectl run two --image=nginx', 'pod/two created\n'],
      ['kubectl delete pod two --grace-period=0 --force', /^pod "two" force deleted/],
      ['kubectl delete pods --all', 'No resources found\n'],
      ['kubectl create namespace gone && kubectl create configmap x -n gone', /created/],
      ['kubectl delete namespace gone', /^namespace "gone" deleted\n$/],
      ['kubectl get configmap -n gone -o name', ''],
      ['kubectl delete namespace kube-system', '', { code: 1, stderr: /forbidden/ }],
      [
        `kubectl create configmap kept && kubectl patch configmap kept -p '{"metadata":{"finalizers":["a.io/b"]}}'`,
        /patched/,
      ],
      ['kubectl delete configmap kept --wait=false', /deleted/],
      ["kubectl get configmap kept -o jsonpath='{.metadata.deletionTimestamp}'", /^\d{4}-.*Z$/],
      [
        `(sleep 1; kubectl patch configmap kept --type=json -p '[{"op":"remove","path":"/metadata/finalizers"}]' >patched) & kubectl wait --for=delete configmap/kept --timeout=10s; wait`,
        /^(configmap\/kept condition met\n)?$/,
      ],
      ['kubectl create configmap w', 'configmap/w created\n'],
      [
        "kubectl wait --for=jsonpath='{.status.phase}'=Active namespace/default --timeout=5s",
        'namespace/default condition met\n',
        { since: 23 },
      ],
      ['kubectl wait --for=create configmap/w --timeout=5s', 'configmap/w condition met\n', { since: 31 }],
      ['kubectl wait --for=condition=Ready node --all --timeout=5s', /node\/master condition met\n/],
    ],
  },
];
