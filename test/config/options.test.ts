import { expect, test } from 'vitest';
import { readClient, readUser } from '../../src/config/read-text.js';
import { InputError, startFakeKsApiserver, type Options } from '../../src/index.js';

test.for([
  [{ relaese: 'v4.1' }, ['options: relaese: unknown key; did you mean "release"?']],
  [{ port: -1 }, ['options: port: must be a port from 0 to 65535, not -1']],
  [{ users: [{ name: 'a' }] }, ['options: users[0].password: is missing; must be text']],
  [
    { release: 'v9', seed: null },
    [
      'options: release: must be one of v2.1, v3.0, v3.1, v3.3, v3.4, v4.1, not "v9"',
      'options: seed: must be a number or text, not null',
    ],
  ],
  [{ json: true }, ['options: json: unknown key']],
] as const)('a call with %j is refused', async ([options, problems]) => {
  const error: unknown = await startFakeKsApiserver(options as unknown as Options).catch(
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  const told = (error as InputError).problems;
  expect(told.map((problem, at) => problem.slice(0, problems[at]?.length))).toEqual(problems);
});

test.for([
  ['jack:pw', { name: 'jack', password: 'pw' }],
  ['jack:p,w=1', { name: 'jack', password: 'p,w=1' }],
  ['jack:pw:platform-admin', { name: 'jack', password: 'pw', globalRole: 'platform-admin' }],
  ['jack:p:w:platform-admin', { name: 'jack', password: 'p:w', globalRole: 'platform-admin' }],
  [
    'jack:pw,state=Disabled,groups=a+b,email=j@x.io',
    { name: 'jack', password: 'pw', state: 'Disabled', groups: ['a', 'b'], email: 'j@x.io' },
  ],
] as const)('the flag --user %s reads as %j', ([text, user]) => {
  expect(readUser(text)).toEqual(user);
});

test.for([
  ['portal:s:x', { name: 'portal', secret: 's:x' }],
  [
    'portal:s,grantMethod=prompt,trusted=false,redirectURI=http://a/b,redirectURI=http://c,accessTokenMaxAge=700,inactivityTimeout=600',
    {
      name: 'portal',
      secret: 's',
      grantMethod: 'prompt',
      trusted: false,
      redirectURIs: ['http://a/b', 'http://c'],
      accessTokenMaxAgeSeconds: 700,
      accessTokenInactivityTimeoutSeconds: 600,
    },
  ],
] as const)('the flag --client %s reads as %j', ([text, client]) => {
  expect(readClient(text)).toEqual(client);
});
