import { readFile } from 'node:fs/promises';
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
  [null, ['options: must be a mapping of options, not null']],
  [[], ['options: must be a mapping of options, not a list']],
  [{ refreshTokenMaxAge: null }, ['options: refreshTokenMaxAge: must be a duration']],
  [
    {
      users: [
        { name: 'jo', password: 'a' },
        { name: 'al', password: 'b' },
        { name: 'jo', password: 'c' },
      ],
    },
    ['options: users[2].name: user "jo" is given twice, first as users[0].name; keep one of them'],
  ],
  [
    {
      clients: [
        { name: 'web', secret: 'a' },
        { name: 'web', secret: 'b' },
      ],
    },
    ['options: clients[1].name: client "web" is given twice, first as clients[0].name; keep one of them'],
  ],
  [
    { users: [{ name: 'jo', password: 'a', globalRole: 'platform-admn' }] },
    ['options: user "jo": there is no global role "platform-admn"; did you mean "platform-admin"?'],
  ],
  [
    { release: 'v2.1', users: [{ name: 'jo', password: 'a', globalRole: 'platform-admin' }] },
    ['options: user "jo": v2.1 has no global roles; leave globalRole out'],
  ],
  [
    { clients: [{ name: 'web', secret: 'a', accessTokenMaxAgeSeconds: 700 }] },
    [
      'options: clients[0].accessTokenMaxAgeSeconds: does nothing without accessTokenInactivityTimeoutSeconds; give both, or none',
    ],
  ],
  [
    {
      clients: [
        {
          name: 'web',
          secret: 'a',
          accessTokenMaxAgeSeconds: 700,
          accessTokenInactivityTimeoutSeconds: 30,
        },
      ],
    },
    [
      'options: clients[0].accessTokenInactivityTimeoutSeconds: KubeSphere v4.1 takes no less than 600 seconds, not 30',
    ],
  ],
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

test.for([
  [readUser, 'jack:p,w=1', 'unknown key "w" behind a comma; known are state=, groups=, email=; '],
  [readUser, 'jack:pw,stat=Disabled', 'unknown key "stat" behind a comma; '],
  [readClient, 'a:b,c', 'unknown key "c" behind a comma; known are grantMethod=, redirectURI=, trusted=, '],
  [readClient, 'a:b,grantMethod=auto,foo=1', 'a text with a comma in it needs --config FILE'],
] as const)('%o refuses %s', ([readFlag, text, message]) => {
  expect(() => readFlag(text)).toThrow(message);
});

test('names of controllers are told when one is none, and each has its line in the documentation', async () => {
  const messageOf = async (controllers: Options['controllers'] & {}): Promise<string> => {
    const error: unknown = await startFakeKsApiserver({ controllers }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).message;
  };
  expect(await messageOf({ deploymnt: false })).toBe(
    'controllers: no controller deploymnt; did you mean "deployment"?',
  );
  const [, listed = ''] =
    /^controllers: no controller hpa; choose from (.+)$/.exec(await messageOf(['-hpa'])) ?? [];
  const [, table = ''] = (await readFile('docs/configuration.md', 'utf8')).split(
    /<!-- (?:end of )?controllers -->/,
  );
  const documented = [...table.matchAll(/^\| `([^`]+)`\s*\| \S/gm)].map(([, name]) => name);
  expect(documented).toEqual(listed.split(', '));
});
