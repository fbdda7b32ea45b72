import type { Handler, Route } from '../../../registry/contract.js';
import type * as podHandlers from '../gateway-pods.js';
import type * as gatewayHandlers from '../gateways.js';

type GatewayHandler = keyof typeof gatewayHandlers;
type PodHandler = keyof typeof podHandlers;

const gateway =
  (name: GatewayHandler): Handler =>
  async (context) =>
    (await import('../gateways.js'))[name](context);

const pods =
  (name: PodHandler): Handler =>
  async (context) =>
    (await import('../gateway-pods.js'))[name](context);

const own = '/namespaces/{namespace}/gateways';
const one = `${own}/{gateway}`;

/** Endpoints of `gateway.kubesphere.io/v1alpha1`. */
export const routes: readonly Route[] = [
  { method: 'GET', path: '/gateways', handle: gateway('listGateways') },
  { method: 'GET', path: own, handle: gateway('gatewaysOfProject') },
  { method: 'POST', path: own, handle: gateway('createGateway') },
  { method: 'PUT', path: own, handle: gateway('updateGateway') },
  { method: 'DELETE', path: own, handle: gateway('deleteGateway') },
  { method: 'POST', path: `${one}/upgrade`, handle: gateway('upgradeGateway') },
  { method: 'GET', path: `${one}/pods`, handle: pods('listGatewayPods') },
  {
    method: 'GET',
    path: `${one}/pods/{pod}/log`,
    handle: pods('gatewayPodLog'),
    produces: ['text/plain', 'application/json'],
  },
  { method: 'GET', path: `${one}/logs`, handle: pods('searchGatewayLogs') },
];
