import { digArray, digObject, digString } from '../../core/json.js';
import { annotation, label, type KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import { currentOf, isDeleting, writeBack, type Controller } from '../controller.js';
import { recordSynced } from '../synced.js';
import { kubeconfigName, kubeconfigPlace, withKubeconfig } from './kubeconfig-place.js';
import { kubeconfigText } from './kubeconfig-text.js';
import { privateKeyAnnotation, usernameLabel } from './request-certificate.js';

const requests = { group: 'certificates.k8s.io', plural: 'certificatesigningrequests' };

/**
 * Approves the certificate requests of users, and puts what was signed into their kubeconfigs.
 *
 * @see kubesphere/kubesphere pkg/controller/certificatesigningrequest/certificatesigningrequest_controller.go
 */
export const userCertificateController: Controller = {
  name: 'csr',
  since: 'v3.0',
  watches: [`${requests.plural}.${requests.group}`],
  reconcile: (context, change) => {
    const request = currentOf(context, change);
    const user = request && label(request, usernameLabel);
    if (request === undefined || user === undefined || user === '' || isDeleting(request)) return;
    const certificate = digString(request, 'status', 'certificate');
    if (certificate !== '') {
      putCertificate(context, user, request, Buffer.from(certificate, 'base64').toString('utf8'));
      deleteObject(context, context.catalog.get(requests.group, requests.plural), {
        name: request.metadata.name,
      });
    } else if (digArray(request, 'status', 'conditions').length === 0) {
      approve(context, request);
    } else return;
    recordSynced(context, request, 'csr');
  },
};

function approve({ world, cluster }: WriteContext, request: KubeObject): void {
  const now = world.clock.timestamp();
  const approved = {
    type: 'Approved',
    status: 'True',
    reason: 'KubeSphereApprove',
    message: 'This CSR was approved by KubeSphere',
    lastUpdateTime: now,
    lastTransitionTime: now,
  };
  cluster.store.replace(requests, {
    ...request,
    status: { ...digObject(request, 'status'), conditions: [approved] },
  });
}

function putCertificate(context: WriteContext, user: string, request: KubeObject, certificate: string): void {
  const { resource, namespace } = kubeconfigPlace(context.world.release.name);
  const { store } = context.cluster;
  const holder = store.find(resource, namespace, kubeconfigName(user))?.object;
  if (holder === undefined || isDeleting(holder)) return;
  const privateKey = annotation(request, privateKeyAnnotation) ?? '';
  const text = kubeconfigText(context, user, { certificate, privateKey });
  writeBack(context, context.catalog.get(resource.group, resource.plural), withKubeconfig(holder, text));
}
