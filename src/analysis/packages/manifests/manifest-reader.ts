import type { Manifest } from '../dependency.ts';

/** `also`: what one file asks of a second registry; it never stands without a `manifest`. */
export type ReadManifest =
  | { ok: true; manifest: Manifest; also?: readonly Manifest[] }
  | { ok: false; reason: string };
export type ManifestReader = (path: string, text: string) => ReadManifest;
