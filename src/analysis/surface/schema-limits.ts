/** Keywords of JSON Schema that bound a value: what is said of a parameter beside its type. */
export const SCHEMA_LIMITS = [
  'enum',
  'const',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'pattern',
  'format',
  'minItems',
  'maxItems',
  'default',
] as const;
