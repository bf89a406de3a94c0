/**
 * What a session of the tests sees of the machine: nothing but its own home. CI is not there at all: with it set Ink
 * draws only the last frame, and even `CI=false` turns off all colours.
 */
export const terminalEnv = (
  home: string,
  over: Record<string, string | undefined> = {},
): Record<string, string> => {
  const env: Record<string, string | undefined> = {
    PATH: process.env.PATH,
    HOME: home,
    MCP_AUDIT_HOME: `${home}/data`,
    MCP_AUDIT_TEST_IDLE: '1',
    NODE_ENV: 'production',
    TERM: 'xterm-256color',
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    EDITOR: 'true',
    ...over,
  };
  return Object.fromEntries(Object.entries(env).filter((e): e is [string, string] => e[1] !== undefined));
};
