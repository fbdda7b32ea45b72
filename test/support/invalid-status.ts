/** What a cause of `Invalid` is called, by how its message starts. */
const reasons: readonly (readonly [start: string, reason: string])[] = [
  ['Required value', 'FieldValueRequired'],
  ['Invalid value: ', 'FieldValueInvalid'],
  ['Unsupported value: ', 'FieldValueNotSupported'],
  ['Duplicate value: ', 'FieldValueDuplicate'],
  ['Forbidden: ', 'FieldValueForbidden'],
  ['Too long: ', 'FieldValueTooLong'],
  ['Not found: ', 'FieldValueNotFound'],
];

/** A kind as a refusal names it. */
export interface RefusedKind {
  readonly kind: string;
  /** Absent: the core group. */
  readonly group?: string;
}

/**
 * The whole `Status` an object is refused with.
 *
 * @param causes Each as `field: message`, in order.
 */
export function invalidStatus(
  { kind, group = '' }: RefusedKind,
  name: string,
  causes: readonly string[],
): object {
  const texts = [...new Set(causes)];
  const all = texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`;
  const subject = group === '' ? kind : `${kind}.${group}`;
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `${subject} ${JSON.stringify(name)} is invalid: ${all}`,
    reason: 'Invalid',
    details: {
      name,
      ...(group !== '' && { group }),
      kind,
      causes: causes.map((text) => {
        const at = text.indexOf(': ');
        const [field, message] = [text.slice(0, at), text.slice(at + 2)];
        const reason = reasons.find(([start]) => message.startsWith(start))?.[1];
        return { reason, message, field };
      }),
    },
    code: 422,
  };
}
