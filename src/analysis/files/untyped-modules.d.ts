// These packages ship no types; only what is used here is declared.
declare module 'hosted-git-info' {
  type Hosted = { type: string; domain: string; user: string; project: string };
  const hostedGitInfo: { fromUrl(url: string): Hosted | undefined };
  export default hostedGitInfo;
}
declare module 'spdx-correct' {
  /** A valid SPDX expression that was probably meant, or null. */
  const correct: (identifier: string, options?: { upgrade?: boolean }) => string | null;
  export default correct;
}
declare module 'spdx-expression-parse' {
  /** Throws for what is no SPDX expression. */
  const parse: (expression: string) => unknown;
  export default parse;
}
declare module 'spdx-satisfies' {
  /** Whether the expression can be met by the licences. Throws for what is no SPDX expression. */
  const satisfies: (expression: string, licences: readonly string[]) => boolean;
  export default satisfies;
}
