import { describe, expect, test } from 'vitest';
import { unbrandFor } from '../../src/http/brand.js';
import { chooseRelease } from '../../src/releases/brands.js';

const brand = chooseRelease({ brand: 'Super Kubenetes' }).brand;
if (brand === undefined) throw new Error('a branded release has its brand');
const unbrand = unbrandFor(brand);

describe('the door of Super Kubenetes', () => {
  test.for([
    ['/kapis/resources.Super%20Kubenetes.io/v1alpha3/nodes', '/kapis/resources.kubesphere.io/v1alpha3/nodes'],
    ['/kapis/resources.Super Kubenetes.io/v1alpha3/nodes', '/kapis/resources.kubesphere.io/v1alpha3/nodes'],
    [
      '/apis/iam.Super%20Kubenetes.io/v1alpha2/users?limit=1',
      '/apis/iam.kubesphere.io/v1alpha2/users?limit=1',
    ],
    ['/api/v1/namespaces/Super%20Kubenetes-system/services', '/api/v1/namespaces/kubesphere-system/services'],
    [
      '/api/v1/pods?labelSelector=Super+Kubenetes.io/workspace%3Da&fieldSelector=metadata.namespace%3DSuper%20Kubenetes-system',
      '/api/v1/pods?labelSelector=kubesphere.io/workspace%3Da&fieldSelector=metadata.namespace%3Dkubesphere-system',
    ],
    ['/kapis/resources.kubesphere.io/v1alpha3/nodes', '/kapis/resources.kubesphere.io/v1alpha3/nodes'],
    ['/api/v1/namespaces/kubesphere-system/services', '/api/v1/namespaces/kubesphere-system/services'],
    ['/kapis/resources.Super%20Kubenetes.iox/v1', '/kapis/resources.Super%20Kubenetes.iox/v1'],
    ['/api/v1/namespaces/my-Super%20Kubenetes-system', '/api/v1/namespaces/my-Super%20Kubenetes-system'],
    ['/oauth/token?client_id=Super+Kubenetes', '/oauth/token?client_id=Super+Kubenetes'],
  ] as const)('understands %s', ([sent, understood]) => {
    expect(unbrand(sent)).toBe(understood);
  });
});

test.for([
  [{ brand: 'Super Kubernetes' }, 'brand: got "Super Kubernetes"; did you mean "Super Kubenetes"?'],
  [
    { brand: 'Super Kubenetes', release: 'v4.1' },
    'brand: Super Kubenetes is a distribution of v3.3, not of v4.1; leave release out',
  ],
] as const)('refuses %j in words', ([options, message]) => {
  expect(() => chooseRelease(options)).toThrow(message);
});
