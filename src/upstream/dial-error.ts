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
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return 'tls: failed to verify certificate: x509: certificate signed by unknown authority';
    default:
      return error.message === 'i/o timeout' ? `${dial}: i/o timeout` : error.message;
  }
}
