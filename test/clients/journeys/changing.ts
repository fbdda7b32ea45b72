import type { Journey } from './journey.js';

/** Writes `web.yaml`, a Deployment whose volume and environment come from configMaps. */
const web = `cat >web.yaml <<'END'
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: nginx
        ports: [{containerPort: 80}]
        volumeMounts: [{name: config, mountPath: /etc/web}]
      - {name: side, image: busybox, command: [sleep, 1d]}
      volumes: [{name: config, configMap: {name: one}}]
END
`;

/** Writes `hpa.yaml`, an autoscaler of \`web\`. */
const scaler = `cat >hpa.yaml <<'END'
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 1
  maxReplicas: 5
  metrics:
  - {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}
  - {type: Resource, resource: {name: memory, target: {type: AverageValue, averageValue: 100Mi}}}
  behavior: {scaleDown: {stabilizationWindowSeconds: 60}}
END
`;

const path = (what: string): string => `-o jsonpath='${what}'`;

/** The rows of kubectl that change the same objects again and again. */
export const changing: readonly Journey[] = [
  {
    title: 'applies a workload whose volumes, containers and ports change',
    steps: [
      ['kubectl create configmap one --from-literal=a=1 && kubectl create configmap two --from-literal=b=2'],
      [`${web}kubectl apply -f web.yaml`, 'deployment.apps/web created\n'],
      ['kubectl exec deploy/web -c web -- ls /etc/web', 'a\n'],
      ['kubectl apply -f web.yaml', 'deployment.apps/web unchanged\n'],
      // The same name for a volume of another kind: its old source has to go.
      [
        'sed -i "s/configMap: {name: one}/secret: {secretName: three, optional: true}/" web.yaml; kubectl diff -f web.yaml | grep "^[-+] .*\\(configMap\\|secret\\)"',
        /^- .*configMap:\n[^]*^\+ +secretName: three\n/m,
      ],
      ['kubectl apply -f web.yaml', 'deployment.apps/web configured\n'],
      [
        `kubectl get deployment web ${path('{.spec.template.spec.volumes}')}`,
        '[{"name":"config","secret":{"defaultMode":420,"optional":true,"secretName":"three"}}]',
      ],
      [
        'sed -i "s/secret: {secretName: three, optional: true}/configMap: {name: two}/" web.yaml; kubectl apply -f web.yaml',
        'deployment.apps/web configured\n',
      ],
      ['kubectl exec deploy/web -c web -- ls /etc/web', 'b\n'],
      ['sed -i /name:.side/d web.yaml; kubectl apply -f web.yaml', 'deployment.apps/web configured\n'],
      [`kubectl get deployment web ${path('{..containers[*].name}')}`, 'web'],
      [
        'sed -i "s/containerPort: 80}/containerPort: 80}, {containerPort: 81, name: more}/" web.yaml; kubectl apply -f web.yaml',
        'deployment.apps/web configured\n',
      ],
      [`kubectl get deployment web ${path('{..containerPort}')}`, '80 81'],
      ['kubectl set volume deployment/web', '', { code: 1 }],
      [
        'sed -i "s/matchLabels: {app: web}/matchLabels: {app: other}/" web.yaml; kubectl apply -f web.yaml',
        '',
        {
          code: 1,
          stderr:
            /The Deployment "web" is invalid: \n\* spec\.template\.metadata\.labels: Invalid value: [^]*`selector` does not match template `labels`\n\* spec\.selector: Invalid value: [^]*field is immutable/,
        },
      ],
    ],
  },
  {
    title: 'applies autoscalers of several metrics again, reads and converts them',
    steps: [
      ['kubectl create deployment web --image=nginx'],
      ['kubectl set resources deployment web --requests=cpu=100m,memory=64Mi'],
      [
        `${scaler}kubectl apply -f hpa.yaml`,
        'horizontalpodautoscaler.autoscaling/web created\n',
        { since: 23 },
      ],
      ['kubectl apply -f hpa.yaml', 'horizontalpodautoscaler.autoscaling/web unchanged\n', { since: 23 }],
      [
        'sed -i "s/averageUtilization: 80/averageUtilization: 50/" hpa.yaml; kubectl apply -f hpa.yaml',
        'horizontalpodautoscaler.autoscaling/web configured\n',
        { since: 23 },
      ],
      ['kubectl diff -f hpa.yaml', '', { since: 23 }],
      [`kubectl get hpa web ${path('{.spec.metrics[*].resource.name}')}`, 'cpu memory', { since: 23 }],
      [
        `kubectl get horizontalpodautoscalers.v1.autoscaling web ${path('{.spec.targetCPUUtilizationPercentage}')}`,
        '50',
        { since: 23 },
      ],
      [
        'sed -i "/name: memory/d" hpa.yaml; kubectl apply -f hpa.yaml',
        'horizontalpodautoscaler.autoscaling/web configured\n',
        { since: 23 },
      ],
      [`kubectl get hpa web ${path('{.spec.metrics[*].resource.name}')}`, 'cpu', { since: 23 }],
      [
        'kubectl describe hpa web',
        /Reference: +Deployment\/web\nMetrics: +\( current \/ target \)\n +resource cpu on pods +\(as a percentage of request\): +.* \/ 50%\n/,
        { since: 23 },
      ],
      ['kubectl patch hpa web -p \'{"spec":{"maxReplicas":7}}\'', /web patched\n$/, { since: 23 }],
      [
        'kubectl get hpa web --no-headers',
        /^web +Deployment\/web +(cpu: )?\S+\/50% +1 +7 +\d+ +\d+s\n$/,
        { since: 23 },
      ],
    ],
  },
  {
    title: 'pauses a rollout, whose changes then come at once',
    steps: [
      ['kubectl create deployment web --image=nginx:1', 'deployment.apps/web created\n'],
      ['kubectl rollout pause deployment/web', 'deployment.apps/web paused\n'],
      [
        'kubectl rollout pause deployment/web',
        '',
        { code: 1, stderr: /error: deployments\.apps "web" is already paused\n$/ },
      ],
      ['kubectl set image deployment/web nginx=nginx:2', 'deployment.apps/web image updated\n'],
      ['kubectl set env deployment/web A=B', 'deployment.apps/web env updated\n'],
      ['kubectl get rs -l app=web -o name | wc -l', '1\n'],
      [
        'kubectl rollout undo deployment/web',
        '',
        {
          code: 1,
          stderr: /you cannot rollback a paused deployment; resume it first|no rollout history found/,
        },
      ],
      [
        'kubectl rollout restart deployment/web',
        '',
        { code: 1, stderr: /can't restart paused deployment \(run rollout resume first\)/ },
      ],
      ['kubectl rollout resume deployment/web', 'deployment.apps/web resumed\n'],
      ['kubectl get rs -l app=web -o name | wc -l', '2\n'],
      [
        'kubectl rollout history deployment/web',
        /^deployment\.apps\/web \nREVISION +CHANGE-CAUSE\n1 +<none>\n2 +<none>\n\n$/,
      ],
      ['kubectl rollout undo deployment/web', 'deployment.apps/web rolled back\n'],
      [`kubectl get deployment web ${path('{..image}')}`, 'nginx:1'],
      ['kubectl rollout history deployment/web', /REVISION +CHANGE-CAUSE\n2 +<none>\n3 +<none>\n/],
      [
        'kubectl rollout undo deployment/web --to-revision=3',
        /skipped rollback \(current template already matches revision 3\)\n$/,
      ],
      [
        'kubectl rollout resume deployment/web',
        '',
        { code: 1, stderr: /deployments\.apps "web" is not paused/ },
      ],
    ],
  },
  {
    title: 'binds tokens to objects, and shows whose they are',
    steps: [
      ['kubectl create serviceaccount robot', 'serviceaccount/robot created\n'],
      ['kubectl create secret generic bound', 'secret/bound created\n'],
      [
        'kubectl create token robot --bound-object-kind Secret --bound-object-name bound | cut -d. -f2 | base64 -d 2>/dev/null; true',
        /"secret":\{"name":"bound","uid":"[\w-]+"\}[^]*"sub":"system:serviceaccount:default:robot"/,
        { since: 24 },
      ],
      [
        'kubectl create token robot --bound-object-kind Secret --bound-object-name bound --bound-object-uid wrong',
        '',
        {
          since: 24,
          code: 1,
          stderr: /the UID in the bound object reference \(wrong\) does not match the UID in record/,
        },
      ],
      [
        'kubectl create token robot --bound-object-kind Secret --bound-object-name none',
        '',
        { since: 24, code: 1, stderr: /secrets "none" not found/ },
      ],
      [
        'kubectl create token robot --bound-object-kind Node --bound-object-name node1 | cut -d. -f2 | base64 -d 2>/dev/null; true',
        /"node":\{"name":"node1","uid":"/,
        { since: 33 },
      ],
      [
        'kubectl create token robot --audience a --audience b | cut -d. -f2 | base64 -d 2>/dev/null; true',
        /^\{"aud":\["a","b"\]/,
        { since: 24 },
      ],
      ['kubectl create token none', '', { since: 24, code: 1, stderr: /serviceaccounts "none" not found/ }],
    ],
  },
  {
    title: 'reconciles roles and bindings, adding what is missing and taking nothing away',
    steps: [
      [
        'kubectl create role r -n default --verb=get --resource=pods -o yaml --dry-run=client >r.yaml; kubectl auth reconcile -f r.yaml',
        /role\.rbac\.authorization\.k8s\.io\/r reconciled\n/,
      ],
      [
        'kubectl create role r -n default --verb=list --resource=secrets -o yaml --dry-run=client | kubectl auth reconcile -f -',
        /r reconciled/,
      ],
      [`kubectl get role r ${path('{.rules[*].verbs}')}`, '["get"] ["list"]'],
      ['kubectl auth reconcile -f r.yaml --remove-extra-permissions', /r reconciled/],
      [`kubectl get role r ${path('{.rules[*].verbs}')}`, '["get"]'],
      [
        'kubectl create rolebinding b -n default --role=r --user=a -o yaml --dry-run=client | kubectl auth reconcile -f -',
        /rolebinding\.rbac\.authorization\.k8s\.io\/b reconciled\n/,
      ],
      [
        'kubectl create rolebinding b -n default --role=r --user=c -o yaml --dry-run=client | kubectl auth reconcile -f -',
        /b reconciled/,
      ],
      [`kubectl get rolebinding b ${path('{.subjects[*].name}')}`, 'a c'],
      // What a binding refers to cannot be changed: it is made anew.
      [
        'kubectl create rolebinding b -n default --clusterrole=view --user=a -o yaml --dry-run=client | kubectl auth reconcile -f -',
        /b reconciled/,
      ],
      [`kubectl get rolebinding b ${path('{.roleRef.name}')}`, 'view'],
    ],
  },
  {
    title: 'tells and waits for events of one object',
    steps: [
      ['kubectl run one --image=nginx && kubectl run two --image=nginx', /created/],
      [
        'kubectl events --for pod/one',
        /^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE\n(.* Pod\/one .*\n)+$/,
        { since: 27 },
      ],
      ['kubectl events --for pod/one --types=Warning', '', { since: 27 }],
      ['kubectl events -A -o json | grep -c "\\"kind\\": \\"EventList\\""', '1\n', { since: 27 }],
      [
        'kubectl get events --field-selector involvedObject.name=one,reason=Scheduled --no-headers',
        /^\S+ +Normal +Scheduled +pod\/one +Successfully assigned default\/one to \S+\n$/,
      ],
      [
        "kubectl wait pod/one --for=jsonpath='{.status.phase}'=Running --timeout=5s",
        'pod/one condition met\n',
        { since: 23 },
      ],
      [
        'kubectl wait pod/one --for=condition=Ready=false --timeout=1s',
        '',
        { code: 1, stderr: /timed out waiting for the condition on pods\/one/ },
      ],
      [
        'kubectl wait pod/none --for=condition=Ready --timeout=1s',
        '',
        { code: 1, stderr: /pods "none" not found/ },
      ],
      [
        'kubectl delete pod one --wait=false && kubectl wait pod/one --for=delete --timeout=40s',
        /^pod "one" deleted/,
        { since: 24 },
      ],
    ],
  },
];
