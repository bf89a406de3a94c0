/** What a target may be, for the help of every command that takes one. */
export const TARGET_WORDS =
  'git repository or URL, folder, archive (zip, tgz, whl, jar, mcpb), npm:name@version, pypi:name==version, owner/repo, a page of those, or a line that starts a server';
