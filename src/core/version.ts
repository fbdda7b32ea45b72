/** Version of this package, as `--version` and the header `X-Fake-Ks-Apiserver` tell it. */
export const version = '0.1.0';
