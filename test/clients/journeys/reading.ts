import type { Journey } from './journey.js';

/** The rows of kubectl that only read. */
export const reading: readonly Journey[] = [
  {
    title: 'gets one, many, all, sorted, in pages, by selectors and in every output',
    steps: [
      ['kubectl get nodes', /^NAME +STATUS +ROLES +AGE +VERSION\nmaster +Ready +control-plane /],
      ['kubectl get node node1 --no-headers', /^node1 +Ready +worker +\S+ +v[\d.]+\n$/],
      [
        'kubectl get nodes -o wide',
        /INTERNAL-IP +EXTERNAL-IP +OS-IMAGE +KERNEL-VERSION +CONTAINER-RUNTIME\n/,
      ],
      ['kubectl get nodes -o name | head -1', 'node/master\n'],
      ['kubectl get nodes --sort-by=.metadata.name -o name', /node\/master\nnode\/node1\nnode\/node2\n/],
      ['kubectl get nodes --sort-by=.metadata.uid --no-headers | wc -l', '5\n'],
      [
        '[ $(kubectl get pods -A --chunk-size=3 -o name | wc -l) = $(kubectl get pods -A -o name | wc -l) ]',
        '',
      ],
      [
        'kubectl get pods -A --field-selector=metadata.namespace=kubesphere-system,status.phase=Running -o name | grep -c apiserver',
        '1\n',
      ],
      ['kubectl get nodes -l node-role.kubernetes.io/control-plane --no-headers', /^master .*\n$/],
      ["kubectl get nodes -l 'kubernetes.io/hostname in (node1,node2)' -o name", 'node/node1\nnode/node2\n'],
      ['kubectl get nodes -L kubernetes.io/hostname | head -1', /VERSION +HOSTNAME\n$/],
      ['kubectl get node node1 --show-labels', /LABELS\n.*kubernetes\.io\/hostname=node1/],
      [
        'kubectl get all -n kubesphere-system',
        /^NAME [^]*\npod\/ks-apiserver-[^]*\nservice\/ks-apiserver +ClusterIP/,
      ],
      [
        'kubectl get svc,deploy -n kubesphere-system -o name',
        /^service\/[^]*deployment\.apps\/ks-apiserver\n/,
      ],
      ['kubectl get node node1 -o json | grep -c \'"kind": "Node"\'', '1\n'],
      ['kubectl get node node1 -o yaml', /^apiVersion: v1\nkind: Node\nmetadata:\n/],
      ["kubectl get nodes -o jsonpath='{.items[*].metadata.name}'", 'master node1 node2 node3 node4'],
      ["kubectl get node node1 -o go-template='{{.metadata.name}}'", 'node1'],
      ['kubectl get nodes -o custom-columns=N:.metadata.name | head -2', 'N\nmaster\n'],
      ['kubectl get nodes --server-print=false', /^NAME +AGE\nmaster /],
      ['kubectl get --raw /healthz', 'ok'],
      ['kubectl get --raw /api/v1/namespaces/default', /^\{"kind":"Namespace","apiVersion":"v1",/],
      [
        'kubectl get pod none',
        '',
        { code: 1, stderr: /^Error from server \(NotFound\): pods "none" not found\n$/ },
      ],
      [
        'kubectl get none',
        '',
        { code: 1, stderr: /^error: the server doesn't have a resource type "none"\n$/ },
      ],
      ['kubectl get pods -n none', '', { stderr: /^No resources found in none namespace\.\n$/ }],
      ['kubectl get pods none --ignore-not-found', ''],
    ],
  },
  {
    title: 'describes nodes, pods, services, workloads and namespaces, with their events',
    steps: [
      ['kubectl create deployment web --image=nginx:1.27', 'deployment.apps/web created\n'],
      ['kubectl expose deployment web --port=80', 'service/web exposed\n'],
      [
        'kubectl describe deployment web',
        /NewReplicaSet: +web-\w+ \(1\/1 replicas created\)[^]*ScalingReplicaSet/,
      ],
      ['kubectl describe pod -l app=web', /Status: +Running[^]*Normal +Scheduled[^]*Started container/],
      ['kubectl describe pods web', /^Name: +web-/],
      ['kubectl describe svc web', /Endpoints: +10\.233\.\d+\.\d+:80\n/],
      ['kubectl describe node node1', /Roles: +worker[^]*Conditions:[^]*Ready +True[^]*Allocated resources:/],
      ['kubectl describe namespace default', /^Name: +default\n[^]*Status: +Active\n/],
      ['kubectl describe configmap kube-root-ca.crt', /^Name: +kube-root-ca\.crt\n/],
      ['kubectl describe secret none', '', { code: 1, stderr: /secrets "none" not found/ }],
      [
        'kubectl get events --sort-by=.metadata.creationTimestamp',
        /^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE\n/,
      ],
      [
        'kubectl events --for pod/none',
        '',
        { since: 26, stderr: /^No events found in default namespace\.\n$/ },
      ],
      [
        'kubectl events',
        /^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE\n[^]*ScalingReplicaSet +Deployment\/web/,
        { since: 26 },
      ],
    ],
  },
  {
    title: 'tells what the server is and has',
    steps: [
      ['kubectl version', /Server Version: .*v4\.1/],
      ['kubectl cluster-info', /(control plane|master).* is running at .*https:\/\/127\.0\.0\.1:\d+/],
      ['kubectl api-versions', /^[^]*\napps\/v1\n[^]*\niam\.kubesphere\.io\/v1beta1\n[^]*\nv1\n$/],
      ['kubectl api-resources', /\ndeployments +deploy +apps\/v1 +true +Deployment\n/],
      ['kubectl api-resources --verbs=list --namespaced -o name', /(^|\n)configmaps\n/],
      ['kubectl api-resources --api-group=iam.kubesphere.io -o name', /globalroles\.iam\.kubesphere\.io\n/],
      ['kubectl explain deployment.spec.replicas', /KIND: +Deployment[^]*replicas +<integer>/, { since: 25 }],
      ['kubectl explain pod.spec.containers.image', /image +<string>/, { since: 25 }],
      [
        'kubectl explain deployment.spec.strategy.rollingUpdate',
        /maxSurge\t<IntOrString>\n[^]*maxUnavailable\t<IntOrString>/,
        { since: 27 },
      ],
      ['kubectl explain pod.spec.containers.resources', /limits\t<map\[string\]Quantity>\n/, { since: 27 }],
      ['kubectl explain pods --recursive', /activeDeadlineSeconds\t?\s*<integer>/, { since: 25 }],
      ['kubectl auth can-i create pods', 'yes\n'],
      ['kubectl auth can-i --list', /^Resources +Non-Resource URLs +Resource Names +Verbs\n\*\.\* /],
      ['kubectl auth whoami', /^ATTRIBUTE +VALUE\nUsername +\S+\n/, { since: 27 }],
      ['kubectl create token default', /^\w+\.\w+\.[\w-]+\n?$/, { since: 24 }],
      ['kubectl create token none', '', { since: 24, code: 1, stderr: /serviceaccounts "none" not found/ }],
    ],
  },
];
