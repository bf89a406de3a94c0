import { below, depthOf, isTestPath, isVendoredPath } from '../../analysis/files/paths.ts';
import { readTexts } from '../../analysis/files/read-texts.ts';
import type { SourceTree } from '../collector.ts';

type Place = { path: string; startLine: number };

/** What documents and client settings say of addresses. */
export type DocumentHosts = {
  /** Lower-case text of all documents, to look names up in. */
  text: string;
  /** Addresses without encryption that people are told to use. */
  plain: { url: string; at: Place }[];
  read: number;
};

const MOST = 120;
const PLAIN = /\b(?:http|ws|ftp):\/\/([\w.-]{1,200})(?::\d{1,5})?(?:\/[\w./-]{0,100})?/gi;
const NOT_ENDPOINT =
  /^(?:localhost|127\.|0\.0\.0\.0|\[|host\.docker\.internal|(?:[\w-]+\.)*example\.|www\.w3\.org|[\w.]*schema|www\.apache\.org|(?:your|my|some|host|hostname|server|domain|ip|proxy|xxx)\b|[\w-]+$)/i;

export const hostsInDocuments = async (
  tree: SourceTree,
  subdir: string,
  signal: AbortSignal,
): Promise<DocumentHosts> => {
  const files = tree.allEntries
    .filter(
      (e) =>
        e.kind === 'file' &&
        e.size < 1_000_000 &&
        /\.(?:md|mdx|rst|adoc)$|(^|\/)(server\.json|manifest\.json|\.env[\w.-]*(?:example|sample)|smithery\.yaml|\.?mcp\.json)$/i.test(
          e.path,
        ) &&
        !/(^|\/)(CHANGELOG|LICEN[CS]E)[^/]*$/i.test(e.path) &&
        !isVendoredPath(e.path) &&
        !isTestPath(below(e.path, subdir)),
    )
    .sort((a, b) => depthOf(a.path) - depthOf(b.path) || (a.path < b.path ? -1 : 1))
    .slice(0, MOST);
  const found: DocumentHosts = { text: '', plain: [], read: files.length };
  const texts: string[] = [];
  for await (const { entry, text } of readTexts(tree, files, signal)) {
    if (text === null) continue;
    texts.push(text.toLowerCase());
    if (!/(?:http|ws|ftp):\/\//i.test(text)) continue;
    text.split('\n').forEach((line, i) => {
      if (line.length > 4000) return;
      for (const match of line.matchAll(PLAIN))
        if (!NOT_ENDPOINT.test(match[1]!))
          found.plain.push({ url: match[0], at: { path: entry.path, startLine: i + 1 } });
    });
  }
  found.text = texts.join('\n');
  return found;
};
