import type { WriteOptions } from '../../registry/verbs/create.js';
import { apiVersionOf } from '../served-kind.js';
import type { KindRequest } from '../kind-request.js';
import { managerName, type Manager, type Operation } from './managers.js';
import { recordUpdate } from './record-update.js';

/** Who makes a request, as far as the ownership of fields is concerned. */
export function managerOf(
  { context, kind }: KindRequest,
  fieldManager: string,
  operation: Operation,
  subresource: string,
): Manager {
  const agent = context.headers['user-agent'];
  return {
    name: managerName(fieldManager, typeof agent === 'string' ? agent : ''),
    operation,
    apiVersion: apiVersionOf(kind),
    subresource,
  };
}

/** What notes in `managedFields` who changed what, for a write that is no apply. */
export function recorder(
  request: KindRequest,
  fieldManager: string,
  subresource = '',
): NonNullable<WriteOptions['manage']> {
  const { context, kind } = request;
  const manager = managerOf(request, fieldManager, 'Update', subresource);
  return (write) =>
    recordUpdate({
      ...write,
      resource: kind.resource,
      version: kind.version,
      manager,
      time: context.world.clock.timestamp(),
    });
}
