import type { RequestContext } from '../registry/contract.js';
import type { ConvertedStore } from './custom-resources/conversion/converted-store.js';
import type { AnswerForm } from './encoding.js';
import type { NativePath } from './native-path.js';
import type { ServedKind } from './served-kind.js';

/** A request to a kind, with everything found out about it. */
export interface KindRequest {
  readonly context: RequestContext;
  readonly path: NativePath;
  readonly kind: ServedKind;
  readonly form: AnswerForm;
  /** The context's store, where a webhook converts the objects of the kind; absent: nothing has to be converted. */
  readonly converted?: ConvertedStore;
}
