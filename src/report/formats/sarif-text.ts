import { visible, visibleLines } from '../../text/visible.ts';
import { clipWords } from '../markdown.ts';

/**
 * Hostile text in a SARIF log. Viewers turn `[words](address)` in plain messages into links, and `{0}` into arguments; both
 * are parted so that they are read as they stand.
 */
export const sarifText = (text: string, max = 4_000): string =>
  visibleLines(clipWords(text.trim(), max).toWellFormed())
    .replaceAll('](', '] (')
    .replace(/\{(\d{1,9})\}/g, '{ $1 }');

/** A path of the target as a relative URI: nothing in it can lead elsewhere. */
export const sarifUri = (path: string): string =>
  path
    .toWellFormed()
    .split('/')
    .filter((part) => part !== '')
    .map((part) => encodeURIComponent(/^\.{1,2}$/.test(part) ? `‹${part}›` : visible(part)))
    .join('/') || '‹nameless›'.replace(/./gu, (c) => encodeURIComponent(c));

export const SARIF_SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

/** Where what a log is about can be read up: the standard itself, until the program has a home of its own. */
export const SARIF_INFORMATION = 'https://modelcontextprotocol-security.io/';
