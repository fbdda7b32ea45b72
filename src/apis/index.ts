import type { ApiGroup } from '../registry/contract.js';
import { alertingV2alpha1 } from './alerting.kubesphere.io/v2alpha1/index.js';
import { alertingV2beta1 } from './alerting.kubesphere.io/v2beta1/index.js';
import { applicationV2 } from './application.kubesphere.io/v2/index.js';
import { clusterV1alpha1 } from './cluster.kubesphere.io/v1alpha1/index.js';
import { configV1alpha2 } from './config.kubesphere.io/v1alpha2/index.js';
import { devopsV1alpha2 } from './devops.kubesphere.io/v1alpha2/index.js';
import { devopsV1alpha3 } from './devops.kubesphere.io/v1alpha3/index.js';
import { gatewayV1alpha1 } from './gateway.kubesphere.io/v1alpha1/index.js';
import { gatewayV1alpha2 } from './gateway.kubesphere.io/v1alpha2/index.js';
import { gitOpsV1alpha1 } from './gitops.kubesphere.io/v1alpha1/index.js';
import { iamV1alpha2, iamV1alpha2Of21 } from './iam.kubesphere.io/v1alpha2/index.js';
import { iamV1beta1 } from './iam.kubesphere.io/v1beta1/index.js';
import { loggingV1alpha2 } from './logging.kubesphere.io/v1alpha2/index.js';
import { meteringV1alpha1 } from './metering.kubesphere.io/v1alpha1/index.js';
import { monitoringV1alpha2 } from './monitoring.kubesphere.io/v1alpha2/index.js';
import { monitoringV1alpha3 } from './monitoring.kubesphere.io/v1alpha3/index.js';
import { networkV1alpha2 } from './network.kubesphere.io/v1alpha2/index.js';
import { notificationV2beta1 } from './notification.kubesphere.io/v2beta1/index.js';
import { notificationV2beta2 } from './notification.kubesphere.io/v2beta2/index.js';
import { openpitrixV1 } from './openpitrix.io/v1/index.js';
import { openpitrixV2alpha1 } from './openpitrix.io/v2alpha1/index.js';
import { operationsV1alpha2 } from './operations.kubesphere.io/v1alpha2/index.js';
import { packageV1alpha1 } from './package.kubesphere.io/v1alpha1/index.js';
import { resourcesV1alpha2 } from './resources.kubesphere.io/v1alpha2/index.js';
import { resourcesV1alpha3 } from './resources.kubesphere.io/v1alpha3/index.js';
import { serverEndpoints } from './server/index.js';
import { serviceMeshV1alpha2 } from './servicemesh.kubesphere.io/v1alpha2/index.js';
import { staticImages } from './static/index.js';
import { tenantV1alpha2, tenantV1alpha2Of21 } from './tenant.kubesphere.io/v1alpha2/index.js';
import { tenantV1alpha3 } from './tenant.kubesphere.io/v1alpha3/index.js';
import { tenantV1beta1 } from './tenant.kubesphere.io/v1beta1/index.js';
import { terminalV1alpha2 } from './terminal.kubesphere.io/v1alpha2/index.js';
import { workloadTemplateV1alpha1 } from './workloadtemplate.kubesphere.io/v1alpha1/index.js';

/** Every group-version with endpoints of its own: one line each. */
export const groups: readonly ApiGroup[] = [
  alertingV2alpha1,
  alertingV2beta1,
  applicationV2,
  clusterV1alpha1,
  configV1alpha2,
  devopsV1alpha2,
  devopsV1alpha3,
  gatewayV1alpha1,
  gatewayV1alpha2,
  gitOpsV1alpha1,
  iamV1alpha2,
  iamV1alpha2Of21,
  iamV1beta1,
  loggingV1alpha2,
  meteringV1alpha1,
  monitoringV1alpha2,
  monitoringV1alpha3,
  networkV1alpha2,
  notificationV2beta1,
  notificationV2beta2,
  openpitrixV1,
  openpitrixV2alpha1,
  operationsV1alpha2,
  packageV1alpha1,
  resourcesV1alpha2,
  resourcesV1alpha3,
  serverEndpoints,
  serviceMeshV1alpha2,
  staticImages,
  tenantV1alpha2,
  tenantV1alpha2Of21,
  tenantV1alpha3,
  tenantV1beta1,
  terminalV1alpha2,
  workloadTemplateV1alpha1,
];
