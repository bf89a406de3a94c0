import { UserError } from '../domain/errors.ts';
import { visible } from '../text/visible.ts';
import { entriesAt } from './field.ts';
import { bandit } from './formats/bandit.ts';
import { gitleaks } from './formats/gitleaks.ts';
import { npmAudit } from './formats/npm-audit.ts';
import { osvScanner } from './formats/osv-scanner.ts';
import { pipAudit } from './formats/pip-audit.ts';
import { sarif } from './formats/sarif.ts';
import { semgrep } from './formats/semgrep.ts';
import { trivy } from './formats/trivy.ts';
import { beginsWith, NotJson, readParts } from './json-parts.ts';
import { type Format, FormatError, type Outline, type ToolReport } from './tool-result.ts';

/** Every format that is read, in the order they are tried. */
export const formats: readonly Format[] = [
  sarif,
  semgrep,
  bandit,
  trivy,
  npmAudit,
  pipAudit,
  gitleaks,
  osvScanner,
];

/** Larger reports are split by the tool that writes them; an exported session has to hold them. */
export const MAX_IMPORT_BYTES = 256 * 1024 * 1024;

/** PowerShell's `>` writes UTF-16: read it as what was meant. */
const inUtf8 = (bytes: Uint8Array): Uint8Array => {
  if (bytes[0] === 0xff && bytes[1] === 0xfe)
    return new TextEncoder().encode(new TextDecoder('utf-16le').decode(bytes));
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
};

const outlineOf = (bytes: Uint8Array): Outline => {
  const begins = beginsWith(bytes);
  const kind = begins === '{' ? 'object' : begins === '[' ? 'array' : 'scalar';
  const keys = new Set<string>();
  const resultKeys = new Set<string>();
  const keysOf = (into: Set<string>) => (value: unknown) => {
    for (const [key] of entriesAt(value)) into.add(key);
  };
  readParts(
    bytes,
    [
      { at: ['results', '0'], take: keysOf(resultKeys) },
      { at: ['0'], take: kind === 'array' ? keysOf(keys) : () => {} },
    ],
    (key) => keys.size < 100 && keys.add(key),
  );
  return { kind, keys, resultKeys };
};

/**
 * What a tool's file says, whichever of the {@link formats} it is in.
 * @param name of the file, for people
 * @param asked id of the format, when the auditor names it
 * @throws {@link UserError} that names the file, says what is wrong with it, and that nothing was imported
 */
export const readResults = (bytes: Uint8Array, name: string, asked?: string): ToolReport => {
  const refuse = (why: string, hint: string): UserError =>
    new UserError(`${visible(name)} was not imported: ${why}`, hint);
  const known = formats.map((f) => f.title).join(', ');
  if (bytes.length > MAX_IMPORT_BYTES)
    throw refuse(
      `it has ${bytes.length.toLocaleString('en')} bytes, more than the ${MAX_IMPORT_BYTES.toLocaleString('en')} that are read`,
      'let the tool write one file for each part of the tree',
    );
  if (asked !== undefined && !formats.some((f) => f.id === asked))
    throw refuse(`"${visible(asked)}" is no format`, `one of: ${formats.map((f) => f.id).join(', ')}`);
  const text = inUtf8(bytes);
  try {
    if (beginsWith(text) === '')
      throw refuse(
        'it is empty, so the tool may not have run',
        'run the tool again, and look at what it says',
      );
    const outline = asked === undefined ? outlineOf(text) : null;
    const format = formats.find((f) => (outline ? f.recognises(outline) : f.id === asked));
    if (format) return format.read(text);
    if (outline?.kind === 'array' && outline.keys.size === 0)
      throw refuse(
        'it is an empty list, from which no tool can be told',
        'say whose it is, for instance with --format gitleaks',
      );
    throw refuse(
      `it is JSON, but of none of the formats that are read: ${known}`,
      'let the tool write SARIF 2.1.0',
    );
  } catch (error) {
    if (error instanceof NotJson)
      throw refuse(
        `it is not JSON (${error.message}), so nothing in it can be trusted`,
        `a file of one of these formats: ${known}`,
      );
    if (error instanceof FormatError)
      throw refuse(
        error.message,
        'let the tool write the file again; SARIF 2.1.0 is what most tools can write',
      );
    throw error;
  }
};
