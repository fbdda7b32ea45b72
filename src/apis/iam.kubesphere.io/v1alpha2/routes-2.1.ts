import type { Route } from '../../../registry/contract.js';
import { getAccount, listAccounts } from '../handlers/accounts.js';

/** What 2.1 has at the same place: accounts, which are entries of a directory there. */
export const routes21: readonly Route[] = [
  { method: 'GET', path: '/users', handle: listAccounts },
  { method: 'GET', path: '/users/{user}', handle: getAccount },
];
