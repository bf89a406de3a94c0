/** What libraries of Go read out of the tags of a struct. */

/** Keys of a Go `jsonschema` tag: `required,description=…,enum=a,enum=b`; the official SDK takes all of it as a description. */
export const goTag = (tag: string): { description: string; constraints: string[]; required: boolean } => {
  const parts = tag.split(
    /(?<!\\),(?=\s*(?:required|description=|enum=|minimum=|maximum=|minLength=|maxLength=|pattern=|format=|default=|example=|title=|multipleOf=|minItems=|maxItems=|oneof_\w+=|nullable))/,
  );
  if (!/^(?:required$|nullable$|[\w]{2,20}=)/.test(parts[0]!.trim()))
    return { description: tag, constraints: [], required: false };
  const values = parts.map((p) => p.trim());
  const of = (key: string): string[] =>
    values.filter((v) => v.startsWith(`${key}=`)).map((v) => v.slice(key.length + 1).replaceAll('\\,', ','));
  const enums = of('enum');
  return {
    description: of('description')[0] ?? '',
    required: values.includes('required'),
    constraints: [
      ...(enums.length > 0 ? [`one of ${enums.join(', ')}`] : []),
      ...[
        'minLength',
        'maxLength',
        'minimum',
        'maximum',
        'pattern',
        'format',
        'default',
        'minItems',
        'maxItems',
      ].flatMap((k) => of(k).map((v) => `${k} ${v}`)),
    ],
  };
};
