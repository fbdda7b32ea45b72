/** How parts the evaluator itself looks at are called. */
export const structure: readonly string[] = [
  'conditional _?_:_(bool, A, A): A',
  'logical_and _&&_(bool, bool): bool',
  'logical_or _||_(bool, bool): bool',
  'not_strictly_false @not_strictly_false(bool): bool',
  'index_list _[_](list(A), int): A',
  'index_map _[_](map(A, B), A): B',
  'optional_list_index_int _[_](optional_type(list(V)), int): optional_type(V)',
  'optional_map_index_value _[_](optional_type(map(K, V)), K): optional_type(V)',
  'list_optindex_optional_int _[?_](list(V), int): optional_type(V)',
  'optional_list_optindex_optional_int _[?_](optional_type(list(V)), int): optional_type(V)',
  'map_optindex_optional_value _[?_](map(K, V), K): optional_type(V)',
  'optional_map_optindex_optional_value _[?_](optional_type(map(K, V)), K): optional_type(V)',
  'select_optional_field _?._(dyn, string): optional_type(V)',
  'optional_or_optional .or(optional_type(V), optional_type(V)): optional_type(V)',
  'optional_orValue_value .orValue(optional_type(V), V): V',
];
