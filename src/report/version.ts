/** Which names of a version stay: tags of releases and commits, not branches. */
const MOVING =
  /^(main|master|trunk|develop|development|dev|head|latest|stable|nightly|next|edge|current|canary|release)$/i;

/** Names that move on: branches and floating tags. */
export const isMovingName = (version: string): boolean =>
  MOVING.test(version.trim()) || /^(refs\/heads\/|origin\/|heads\/)/i.test(version.trim());

const RELEASE = /^[A-Za-z0-9@][A-Za-z0-9._@/+-]{0,99}$/;

/** The tag that looks most like a release, or the commit. */
export const versionOf = (tags: readonly string[], commit: string): string => {
  const releases = tags.filter((t) => RELEASE.test(t) && /\d/.test(t) && !isMovingName(t)).sort();
  return releases.find((t) => /^v?\d+\.\d+/.test(t)) ?? releases[0] ?? commit;
};
