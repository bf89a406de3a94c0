/** A published package at one version; '' for the version that a user would get today. */
export type Package = { registry: 'npm' | 'pypi'; name: string; version: string };

/** `npm:@scope/name@1.2.3`, `pypi:name==1.2`; null for what names no package. */
export const parsePackage = (text: string): Package | null => {
  const npm = /^npm:((?:@[\w.-]{1,100}\/)?[\w.-]{1,150})(?:@([\w.+^~*-]{1,60}))?$/.exec(text);
  if (npm) return { registry: 'npm', name: npm[1]!, version: npm[2] ?? '' };
  const pypi = /^pypi:([\w.-]{1,150}?)(?:(?:==|@)([\w.+!-]{1,60}))?$/.exec(text);
  return pypi ? { registry: 'pypi', name: pypi[1]!, version: pypi[2] ?? '' } : null;
};

export const packageWords = (p: Package): string =>
  p.registry === 'npm'
    ? `npm:${p.name}${p.version && `@${p.version}`}`
    : `pypi:${p.name}${p.version && `==${p.version}`}`;

/** `oci:ghcr.io/acme/notes:1.2` or with `@sha256:…`; null for what names no image. */
export const parseImage = (text: string): string | null =>
  /^oci:((?:[\w.-]{1,150}(?::\d{1,5})?\/)?[\w./-]{1,250}(?::[\w.-]{1,128})?(?:@sha256:[0-9a-f]{64})?)$/.exec(
    text,
  )?.[1] ?? null;
