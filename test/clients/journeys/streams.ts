import type { Journey } from './journey.js';

/** Types lines at a terminal of its own, as a person does. */
function typed(lines: string, command: string): string {
  return `printf '${lines}' | script -qec '${command}' /dev/null | tr -d '\\r'`;
}

/** Keeps a command going until its output holds a text, then asks something, then ends it. */
function meanwhile(command: string, text: string, ask: string): string {
  const wait = `for n in $(seq 80); do grep -q '${text}' out && break; sleep 0.1; done`;
  return `rm -f out; ${command} >out 2>&1 & P=$!; ${wait}; ${ask}; kill $P; wait $P 2>/dev/null; true`;
}

/** The rows of kubectl that keep a connection open. */
export const streams: readonly Journey[] = [
  {
    title: 'runs commands in containers, with input, exit codes and much output',
    steps: [
      ['kubectl run single --image=nginx --port=80', 'pod/single created\n'],
      ['kubectl exec single -- echo hello', 'hello\n'],
      ['echo in | kubectl exec -i single -- cat', 'in\n'],
      ['kubectl exec single -- seq 100000 | tail -1', '100000\n'],
      [
        'head -c 3000000 /dev/urandom >big; kubectl exec -i single -- cat <big | cmp - big && echo same',
        'same\n',
      ],
      [
        'kubectl exec single -- sh -c "exit 3"',
        '',
        { code: 3, stderr: /command terminated with exit code 3/ },
      ],
      ['kubectl exec single -- nonsuch', '', { code: 1, stderr: /executable file not found in \$PATH/ }],
      ['kubectl exec none -- true', '', { code: 1, stderr: /pods "none" not found/ }],
      ['kubectl exec deploy/none -- true', '', { code: 1 }],
      [
        'kubectl exec single -c none -- true',
        '',
        { code: 1, stderr: /container (not found|none is not valid)/ },
      ],
      [typed('echo $TERM; exit 5\\n', 'kubectl exec -it single -- sh'), /\/ # echo \$TERM; exit 5\nxterm\n/],
    ],
  },
  {
    title: 'copies files and folders both ways',
    steps: [
      ['kubectl run single --image=nginx', 'pod/single created\n'],
      ['head -c 2000000 /dev/urandom >big; mkdir -p d/e; echo 1 >d/a; echo 2 >d/e/b', ''],
      ['kubectl cp big single:/tmp/big', ''],
      ['kubectl exec single -- wc -c /tmp/big', '2000000 /tmp/big\n'],
      [
        'kubectl cp single:/tmp/big back 2>&1 && cmp big back',
        /^(tar: removing leading '\/' from member names\n)?$/,
      ],
      ['kubectl cp d default/single:/tmp/d -c single', ''],
      ['kubectl cp default/single:/tmp/d copy >/dev/null 2>&1; cat copy/a copy/e/b', '1\n2\n'],
      ['kubectl cp single:/none copy', /none: Cannot stat: No such file/, { code: 1 }],
      ['kubectl cp nowhere single:/tmp/x', '', { code: 1, stderr: /nowhere.*(doesn't exist|no such file)/ }],
    ],
  },
  {
    title: 'forwards ports of pods, services and Deployments',
    steps: [
      ['kubectl create deployment web --image=nginx --port=80', 'deployment.apps/web created\n'],
      ['kubectl expose deployment web --port=8080 --target-port=80', 'service/web exposed\n'],
      ...['deploy/web :80', 'svc/web :8080'].map(
        (what) =>
          [
            meanwhile(
              `kubectl port-forward ${what}`,
              'Forwarding from 127',
              `P2=$(sed -n 's/.*127.0.0.1:\\([0-9]*\\).*/\\1/p' out); for n in 1 2; do curl -s localhost:$P2/hello; done; exec 3<>/dev/tcp/127.0.0.1/$P2; printf 'no http\\n' >&3; head -1 <&3`,
            ),
            /^(fake-ks-apiserver: pod default\/web-\S+, port 80\nGET \/hello HTTP\/1\.1\n){2}no http\n$/,
          ] as const,
      ),
      ['timeout 5 kubectl port-forward pod/none :80', '', { code: 1, stderr: /pods "none" not found/ }],
      [
        'timeout 5 kubectl port-forward svc/web :81',
        '',
        { code: 1, stderr: /[Ss]ervice .*web.* does not have a service port 81/ },
      ],
    ],
  },
  {
    title: 'runs pods with their output, attaches to them, and they end with their shell',
    steps: [
      [
        typed('echo hi; exit\\n', 'kubectl run -it --rm one --image=busybox -- sh'),
        /\/ # echo hi; exit\nhi\nSession ended, resume using 'kubectl attach one[^]*pod "one" deleted/,
      ],
      [
        typed('exit 3\\n', 'kubectl run -it --rm two --image=busybox --restart=Never -- sh'),
        /\/ # exit 3\npod "two" deleted[^]*pod default\/two terminated \(Error\)\n/,
      ],
      ['echo text | kubectl run -i --rm three --image=busybox --restart=Never --quiet -- cat', /^text\n/],
      ['kubectl run -i --rm four --image=busybox --restart=Never --quiet -- echo hello', /^hello\n/],
      ['kubectl get pods -o name', ''],
      ['kubectl run five --image=busybox --restart=Never -- sh -c "echo out; exit 4"', 'pod/five created\n'],
      [
        "for n in $(seq 50); do [ $(kubectl get pod five -o jsonpath='{.status.phase}') = Failed ] && break; done; kubectl get pod five --no-headers",
        /^five +0\/1 +Error +0 /,
      ],
      ['kubectl logs five', 'out\n'],
      ['kubectl run six --image=busybox --stdin --tty --attach=false', 'pod/six created\n'],
      [typed('echo again; exit\\n', 'kubectl attach six -it'), /\/ # echo again; exit\nagain\n/],
      ['kubectl get pod six --no-headers', /^six +1\/1 +Running +1 /],
      ['kubectl logs six --previous', /echo again; exit/],
      ['kubectl run seven --image=nginx', 'pod/seven created\n'],
      ['timeout 2 kubectl attach seven', undefined, { code: 124 }],
      ['kubectl attach none', '', { code: 1, stderr: /pods "none" not found/ }],
    ],
  },
  {
    title: 'debugs pods and nodes',
    steps: [
      ['kubectl run single --image=nginx', 'pod/single created\n'],
      [
        typed('hostname; exit\\n', 'kubectl debug single -it --image=busybox --target=single -- sh'),
        /\/ # hostname; exit\nsingle\n/,
        { since: 23 },
      ],
      [
        "kubectl get pod single -o jsonpath='{.status.ephemeralContainerStatuses[0].state.terminated.exitCode}'",
        '0',
        { since: 23 },
      ],
      ['kubectl debug single --copy-to=copy --image=busybox --share-processes', undefined],
      ['kubectl get pod copy --no-headers', /^copy +2\/2 +Running /],
      [
        typed('ls /; exit\\n', 'kubectl debug node/node1 -it --image=busybox'),
        /Creating debugging pod node-debugger-node1-\w+ with container debugger on node node1\.\n[^]*\netc\n/,
      ],
      ['kubectl get pods --no-headers | grep node-debugger', /^node-debugger-node1-\w+ +0\/1 +Completed /],
    ],
  },
  {
    title: 'follows one object, many and logs',
    steps: [
      ['kubectl create configmap w', 'configmap/w created\n'],
      ['timeout 2 kubectl get configmap w -w --no-headers', /^w +0 +\d+s\n$/, { code: 124 }],
      [
        meanwhile(
          'kubectl get configmap w -w --no-headers',
          '^w ',
          'kubectl label configmap w a=b >/dev/null; kubectl create configmap other >/dev/null; kubectl patch configmap w -p \'{"data":{"k":"v"}}\' >/dev/null; sleep 1; cat out',
        ),
        /^w +0 +\d+s\nw +0 +\d+s\nw +1 +\d+s\n$/,
      ],
      ['timeout 2 kubectl get pods -w -o name --watch-only', '', { code: 124 }],
      ['kubectl run single --image=nginx', 'pod/single created\n'],
      ['timeout 2 kubectl logs -f single --tail=1', /\n/, { code: 124 }],
      [
        'timeout 3 kubectl get events -w --no-headers --watch-only & sleep 1; kubectl run second --image=nginx >/dev/null; wait $!',
        /Scheduled +pod\/second[^]*Started +pod\/second/,
        { code: 124 },
      ],
    ],
  },
  {
    title: 'opens a proxy to the server',
    steps: [
      [
        meanwhile(
          'kubectl proxy --port=0',
          'Starting to serve',
          "curl -s $(sed -n 's/.*on \\(.*\\)/\\1/p' out)/api/v1/namespaces/default | tr -d ' \\n' | head -c 36",
        ),
        '{"kind":"Namespace","apiVersion":"v1',
      ],
      [
        meanwhile(
          'kubectl proxy --port=0',
          'Starting to serve',
          "curl -s -o /dev/null -w '%{http_code}' $(sed -n 's/.*on \\(.*\\)/\\1/p' out)/api/v1/namespaces/default/pods/x/exec",
        ),
        '403',
      ],
    ],
  },
];
