import { before } from '../../text/ends.ts';

/** Types of Go, Java and Rust as they are written. */

/** `Annotated<T, @A(…)>`, `Option<T>`, `*T`, `&T`: what is inside, without what is said about it. */
export const bareType = (type: string): string => {
  let bare = type.trim();
  for (let i = 0; i < 6; i++) {
    const annotated = /^Annotated<(.*)$/.exec(bare);
    const inner = annotated ? untilComma(annotated[1]!) : bare;
    const next = inner
      .replace(/^(?:\*|&(?:'\w+ )?(?:mut )?|final |dyn |impl )/, '')
      .replace(/^(?:\w+\.)?(?:CallToolParamsFor|ServerRequest|CallToolRequestFor)\[(.*)\]$/, '$1')
      .replace(/^(?:Parameters|Option|Optional|Json|Box|Arc|Mono|Nullable|JsonNullable|Valid)<(.*)>$/, '$1')
      .trim();
    if (next === bare) break;
    bare = next;
  }
  return bare;
};

/** Up to the first comma that is in no brackets. */
const untilComma = (text: string): string => {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === '<' || c === '(' || c === '[') depth++;
    else if (c === '>' || c === ')' || c === ']') {
      if (depth === 0) return text.slice(0, i);
      depth--;
    } else if (c === ',' && depth === 0) return text.slice(0, i);
  }
  return text;
};

const LISTS =
  /^(?:Vec|List|Set|Collection|Iterable|HashSet|BTreeSet|ArrayList)<(.+)>$|^\[\d*\](.+)$|^\[([^;\n]+)(?:;[^\n]*)?\]$|^(.+)\[\]$/;

/** What a list is of; null for anything else. */
export const itemOf = (type: string): string | null => {
  const found = LISTS.exec(type);
  return found ? (found.slice(1).find((x) => x !== undefined) ?? null) : null;
};

const WORDS: readonly [RegExp, string][] = [
  [/^(?:string|String|str|CharSequence|PathBuf|Cow|char)$/, 'string'],
  [/^(?:u?int(?:8|16|32|64)?|[iu](?:8|16|32|64|128|size)|Integer|Long|Short|long|short|byte)$/, 'integer'],
  [/^(?:float(?:32|64)?|f32|f64|double|Double|Float|BigDecimal|Number)$/, 'number'],
  [/^(?:bool|boolean|Boolean)$/, 'boolean'],
  [
    /^(?:any|Any|Object|Value|JsonValue|JsonObject|JsonNode|RawMessage|Map|HashMap|BTreeMap)$|^map\[|^interface ?\{/,
    'object',
  ],
];

/** What JSON calls a type that is no type of the program. */
export const plainWord = (type: string): string | null => {
  const last = before(type, '<').split(/::|\./).at(-1)!;
  return WORDS.find(([on]) => on.test(last) || on.test(type))?.[1] ?? null;
};
