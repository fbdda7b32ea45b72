// The floor for a cold start and for tokens: the smallest server on express and jose that signs a token per login.
import { SignJWT } from 'jose';
import express from 'express';

const secret = new TextEncoder().encode('floor');
const app = express();
app.disable('x-powered-by');
app.get('/version', (request, response) => {
  response.json({ gitVersion: 'v0.0.0' });
});
app.post('/oauth/token', express.urlencoded({ extended: false }), async (request, response) => {
  const sign = (type, seconds) =>
    new SignJWT({ token_type: type, username: request.body.username })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setSubject(request.body.username)
      .setIssuedAt()
      .setExpirationTime(`${seconds}s`)
      .sign(secret);
  response.json({
    access_token: await sign('access_token', 7200),
    token_type: 'Bearer',
    refresh_token: await sign('refresh_token', 9000),
    expires_in: 7200,
  });
});
const server = app.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
