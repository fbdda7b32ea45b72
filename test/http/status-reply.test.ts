import { describe, expect, test } from 'vitest';
import { ApiError } from '../../src/core/api-error.js';
import type { ReleaseName } from '../../src/core/release.js';
import { statusReply } from '../../src/http/status-reply.js';

const forbidden = new ApiError(
  403,
  'Forbidden',
  'forbidden: User "system:anonymous" cannot GET path "/nope"',
  { details: {} },
);
const users = new ApiError(
  403,
  'Forbidden',
  'users.iam.kubesphere.io is forbidden: User "system:anonymous" cannot list resource "users" in API group "iam.kubesphere.io" at the cluster scope',
  { details: { group: 'iam.kubesphere.io', kind: 'users' } },
);
const compact =
  '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"forbidden: User \\"system:anonymous\\" cannot GET path \\"/nope\\"","reason":"Forbidden","details":{},"code":403}\n';
const indented =
  '{\n  "kind": "Status",\n  "apiVersion": "v1",\n  "metadata": {},\n  "status": "Failure",\n  "message": "forbidden: User \\"system:anonymous\\" cannot GET path \\"/nope\\"",\n  "reason": "Forbidden",\n  "details": {},\n  "code": 403\n}';

function answer(
  error: ApiError,
  accept: string,
  userAgent = '',
  pretty: string | null = null,
  release: ReleaseName = 'v4.1',
) {
  return statusReply(error, { release, accept, userAgent, pretty });
}

describe('a Status', () => {
  const forms: readonly (readonly [
    what: string,
    accept: string,
    userAgent: string,
    pretty: string | null,
    body: string,
  ])[] = [
    ['is compact for programs', '', 'node', null, compact],
    ['is compact for any media type', '*/*', 'python-requests/2', null, compact],
    ['is compact for JSON with quality', 'application/json;q=0.5, text/plain', '', null, compact],
    ['is compact where pretty is empty', '', '', '', compact],
    ['is compact where pretty is no truth value, even for curl', '', 'curl/8', 'maybe', compact],
    ['is compact for curl that asks for it', '', 'curl/8', 'false', compact],
    ['is indented for curl', '', 'curl/8.0', null, indented],
    ['is indented for Wget', '*/*', 'Wget/1.2', null, indented],
    ['is indented for browsers', 'text/html,*/*;q=0.8', 'Mozilla/5.0 (X11)', null, indented],
    ['is indented on request', '', '', 'true', indented],
    ['is indented by a parameter of the media type', 'application/json;pretty=1', '', null, indented],
    ['is indented where nothing that is asked for can be had', 'text/html', '', null, indented],
    [
      'is indented where only a table is asked for',
      'application/json;as=Table;g=meta.k8s.io;v=v1',
      '',
      null,
      indented,
    ],
    [
      'is compact where plain JSON is the second choice',
      'application/json;as=Table;g=meta.k8s.io;v=v1, application/json',
      '',
      null,
      compact,
    ],
  ];

  test.for(forms)('%s', ([, accept, userAgent, pretty, body]) => {
    const reply = answer(forbidden, accept, userAgent, pretty);
    expect(reply).toEqual({
      status: 403,
      contentType: 'application/json',
      headers: { 'X-Content-Type-Options': 'nosniff' },
      body,
    });
  });

  test('shows empty objects in three lines to people before 3.4', () => {
    const reply = answer(forbidden, '', 'curl/8', null, 'v3.1');
    expect(reply.body).toContain('  "metadata": {\n    \n  },\n');
    expect(answer(forbidden, 'text/html', '', null, 'v3.1').body).toContain('  "metadata": {},\n');
  });

  test('is YAML with sorted keys and folded texts', () => {
    const reply = answer(users, 'application/yaml', 'curl/8');
    expect(reply.contentType).toBe('application/yaml');
    expect(reply.body).toBe(
      'apiVersion: v1\ncode: 403\ndetails:\n  group: iam.kubesphere.io\n  kind: users\nkind: Status\nmessage: \'users.iam.kubesphere.io is forbidden: User "system:anonymous" cannot list\n  resource "users" in API group "iam.kubesphere.io" at the cluster scope\'\nmetadata: {}\nreason: Forbidden\nstatus: Failure\n',
    );
  });

  test('is protobuf with every member written', () => {
    const reply = answer(forbidden, 'application/vnd.kubernetes.protobuf');
    expect(reply.contentType).toBe('application/vnd.kubernetes.protobuf');
    expect((reply.body as Buffer).toString('latin1')).toBe(
      'k8s\x00\n\x0c\n\x02v1\x12\x06Status\x12g\n\x06\n\x00\x12\x00\x1a\x00\x12\x07Failure\x1a:forbidden: User "system:anonymous" cannot GET path "/nope""\tForbidden*\n\n\x00\x12\x00\x1a\x00(\x002\x000\x93\x03\x1a\x00"\x00',
    );
  });
});
