import { createHmac } from 'node:crypto';

/** The claims of an HS256 token, in the order they are written. @throws Error when the signature is not the secret's */
export function verifyToken(token: string, secret: string): Record<string, unknown> {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const expected = createHmac('sha256', secret).update(`${header}.${payload}`).digest('base64url');
  if (signature !== expected) throw new Error('the token is signed with another key');
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Record<string, unknown>;
}
