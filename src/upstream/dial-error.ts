import { isIP } from 'node:net';

const unverified = 'tls: failed to verify certificate: x509: ';

/** What Node says of a certificate that is for somebody else. */
interface AltNameError extends Error {
  readonly cert?: { readonly subjectaltname?: string };
}

/** @see golang/go crypto/x509/verify.go HostnameError */
function wrongName({ cert }: AltNameError, hostname: string): string {
  const host = hostname.replace(/^\[|\]$/g, '');
  const names = (cert?.subjectaltname ?? '').split(', ');
  const of = (kind: string): readonly string[] =>
    names.filter((name) => name.startsWith(kind)).map((name) => name.slice(kind.length));
  const isAddress = isIP(host) !== 0;
  const valid = of(isAddress ? 'IP Address:' : 'DNS:');
  if (valid.length > 0) return `certificate is valid for ${valid.join(', ')}, not ${host}`;
  return isAddress
    ? `cannot validate certificate for ${host} because it doesn't contain any IP SANs`
    : `certificate is not valid for any names, but wanted to match ${host}`;
}

/**
 * Why an upstream could not be asked, in the words of Go's net package.
 *
 * @see golang/go net/net.go OpError
 */
export function dialError(error: NodeJS.ErrnoException, url: URL): string {
  const address = (error as { address?: string }).address ?? url.hostname;
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  const shown = address.includes(':') && !address.startsWith('[') ? `[${address}]` : address;
  const dial = `dial tcp ${shown}:${port}`;
  switch (error.code) {
    case 'ECONNREFUSED':
      return `${dial}: connect: connection refused`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `dial tcp: lookup ${url.hostname}: no such host`;
    case 'EHOSTUNREACH':
      return `${dial}: connect: no route to host`;
    case 'ENETUNREACH':
      return `${dial}: connect: network is unreachable`;
    case 'ETIMEDOUT':
      return `${dial}: connect: connection timed out`;
    case 'ECONNRESET':
      return 'EOF';
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
      return error.message.includes('wrong version number')
        ? 'http: server gave HTTP response to HTTPS client'
        : error.message;
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return `${unverified}certificate has expired or is not yet valid`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return unverified + wrongName(error, url.hostname);
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return `${unverified}certificate signed by unknown authority`;
    default:
      return error.message === 'i/o timeout' ? `${dial}: i/o timeout` : error.message;
  }
}
