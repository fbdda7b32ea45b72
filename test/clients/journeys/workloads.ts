import type { Journey } from './journey.js';

/** The rows of kubectl about workloads, nodes and streams. */
export const workloads: readonly Journey[] = [
  {
    title: 'rolls a Deployment out, back and over, scales and exposes it',
    steps: [
      ['kubectl create deployment web --image=nginx:1.27 --replicas=2', 'deployment.apps/web created\n'],
      ['kubectl rollout status deployment/web --timeout=5s', /deployment "web" successfully rolled out\n$/],
      ['kubectl expose deployment web --port=80 --target-port=8080', 'service/web exposed\n'],
      ['kubectl get endpoints web --no-headers', /^web +10\.233\.\d+\.\d+:8080,10\.233\.\d+\.\d+:8080 /],
      ['kubectl scale deployment web --replicas=3', 'deployment.apps/web scaled\n'],
      ['kubectl scale deployment web --current-replicas=3 --replicas=1', 'deployment.apps/web scaled\n'],
      [
        'kubectl scale deployment web --current-replicas=3 --replicas=1',
        '',
        { code: 1, stderr: /Expected replicas to be 3, was 1/i },
      ],
      ['kubectl set image deployment/web nginx=nginx:1.28', 'deployment.apps/web image updated\n'],
      ['kubectl set env deployment/web A=B', 'deployment.apps/web env updated\n'],
      ['kubectl set env deployment/web --list', /A=B\n/],
      [
        'kubectl set resources deployment web --requests=cpu=100m',
        'deployment.apps/web resource requirements updated\n',
      ],
      ['kubectl set serviceaccount deployment web default', 'deployment.apps/web serviceaccount updated\n'],
      ['kubectl set selector service web app=web', 'service/web selector updated\n'],
      ['kubectl rollout history deployment/web', /REVISION +CHANGE-CAUSE\n1 +<none>\n2 +<none>\n/],
      ['kubectl rollout history deployment/web --revision=1', /Image:\s+nginx:1\.27\n/],
      ['kubectl rollout undo deployment/web --to-revision=1', /^deployment\.apps\/web rolled back\n$/],
      ["kubectl get deployment web -o jsonpath='{.spec.template.spec.containers[0].image}'", 'nginx:1.27'],
      ['kubectl rollout restart deployment/web', 'deployment.apps/web restarted\n'],
      ['kubectl rollout pause deployment/web', 'deployment.apps/web paused\n'],
      ['kubectl rollout resume deployment/web', 'deployment.apps/web resumed\n'],
      ['kubectl rollout status deployment/web --timeout=5s', /successfully rolled out\n$/],
      [
        'kubectl autoscale deployment web --min=1 --max=3 --cpu-percent=80',
        'horizontalpodautoscaler.autoscaling/web autoscaled\n',
      ],
      ['kubectl get hpa web --no-headers', /^web +Deployment\/web +\S+/],
      ['kubectl run single --image=nginx --labels=a=b --port=80', 'pod/single created\n'],
      ['kubectl wait --for=condition=Ready pod/single --timeout=5s', 'pod/single condition met\n'],
      ['kubectl expose pod single --port=81', 'service/single exposed\n'],
    ],
  },
  {
    title: 'cordons, drains, taints and labels nodes',
    steps: [
      ['kubectl create deployment web --image=nginx --replicas=6', 'deployment.apps/web created\n'],
      ['kubectl cordon node1', 'node/node1 cordoned\n'],
      ['kubectl cordon node1', 'node/node1 already cordoned\n'],
      ['kubectl get node node1 --no-headers', /^node1 +Ready,SchedulingDisabled /],
      ['kubectl uncordon node1', 'node/node1 uncordoned\n'],
      [
        'kubectl drain node1 --ignore-daemonsets --delete-emptydir-data --force --timeout=20s',
        /node\/node1 (evicted|drained)\n$/,
      ],
      ['kubectl get pods --field-selector=spec.nodeName=node1 -l app=web -o name', ''],
      ['kubectl uncordon node1', 'node/node1 uncordoned\n'],
      ['kubectl taint nodes node1 a=b:NoSchedule', 'node/node1 tainted\n'],
      ['kubectl taint nodes node1 a-', 'node/node1 untainted\n'],
      ['kubectl label node node1 x=y', 'node/node1 labeled\n'],
    ],
  },
  {
    title: 'says what nodes and pods use',
    steps: [
      // A pod made just now has no figures yet, as on a real cluster.
      [
        'kubectl top nodes',
        /^NAME +CPU\(cores\) +CPU(%|\(%\)) +MEMORY\(bytes\) +MEMORY(%|\(%\)) *\nmaster +\d+m +\d+% +\d+Mi +\d+%/,
      ],
      ['kubectl top node node1 --no-headers', /^node1 +\d+m /],
      [
        'kubectl top pods -n kubesphere-system',
        /^NAME +CPU\(cores\) +MEMORY\(bytes\) *\nextensions-museum-\S+ +\d+m +\d+Mi/,
      ],
      [
        'kubectl top pods -n kubesphere-system --containers',
        /^POD +NAME +CPU\(cores\) +MEMORY\(bytes\) *\nextensions-museum-\S+ +\S+ +\d+m/,
      ],
      ['kubectl top pods -A --sort-by=cpu | head -1', /^NAMESPACE +NAME +CPU\(cores\)/],
    ],
  },
  {
    title: 'reads logs',
    steps: [
      ['kubectl run single --image=nginx', 'pod/single created\n'],
      ['kubectl logs single', /\n/],
      ['kubectl logs single --tail=1 | wc -l', '1\n'],
      ['kubectl logs single --timestamps --tail=1', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*Z /],
      ['timeout 2 kubectl logs -f single --tail=1', /\n/, { code: 124 }],
      ['kubectl logs single -c none', '', { code: 1, stderr: /container none is not valid for pod single/ }],
      [
        'kubectl logs single --previous',
        '',
        { code: 1, stderr: /previous terminated container "single" in pod "single" not found/ },
      ],
      ['kubectl create deployment web --image=nginx && kubectl logs deploy/web --tail=1 2>/dev/null', /\n/],
    ],
  },
];
