import { CACHE, PKG, type Plan, type Step, type Unplanned } from './plan.ts';

/** Programs in Java with Maven: what the build needs is fetched first, then it is built without network. */

export type JavaFacts = { folder: string; pom: string };

const BY_HAND = 'build it yourself, and name what to start with --cmd "java -jar path/to/server.jar"';

/** The jar that can be started, of those a build leaves: by its usual places, else the largest. */
const JAR =
  'ls -S target/quarkus-app/quarkus-run.jar target/*-runner.jar target/*.jar 2>/dev/null | grep -vE "(sources|javadoc|original|plain|tests)[^/]*[.]jar$" | head -n 1';

export const planJava = (f: JavaFacts, args: readonly string[]): Plan | Unplanned => {
  // What extends Maven is loaded before anything is built, while there is a network.
  if (/<extensions?>\s{0,20}(?:true|<extension>)/.test(f.pom))
    return {
      problem: 'pom.xml extends Maven itself, which would run code of its choice while there is a network',
      hint: BY_HAND,
    };
  const cwd = `${PKG}/${f.folder}`.replace(/\/$/, '');
  // Maven asks whoever the project names beside its own.
  const named = [...f.pom.matchAll(/<url>\s{0,20}https?:\/\/([\w.-]{1,200})/g)].map((m) => m[1] ?? '');
  const repositories = /<(?:plugin)?[rR]epositories>/.test(f.pom) ? named : [];
  const network = [...new Set(['repo.maven.apache.org', ...repositories])].join(', ');
  const flags = [
    '-B',
    '-q',
    '-ntp',
    `-Dmaven.repo.local=${CACHE}/maven`,
    '-DskipTests',
    '-Dstyle.color=never',
  ];
  const step = (what: string, goal: string[], network: string): Step => ({
    what,
    argv: ['mvn', ...flags, ...goal],
    cwd,
    env: { MAVEN_OPTS: '-Xmx1g' },
    network,
    otherwise: null,
  });
  return {
    runtime: 'java',
    steps: [
      step(
        'fetch what the build and the program need',
        ['org.apache.maven.plugins:maven-dependency-plugin:3.8.1:go-offline'],
        network,
      ),
      step('build it without network', ['-o', 'package'], ''),
    ],
    argv: ['/bin/sh', '-c', `cd ${cwd} && exec java -jar "$(${JAR})" "$@"`, 'sh', ...args],
    env: {},
    from: 'the jar that pom.xml builds',
    notes: [],
  };
};

/** Gradle brings itself over the network, by a script of the target's: that is not done here. */
export const noGradle: Unplanned = {
  problem: 'it is built with Gradle, whose wrapper would fetch and run a program of its own',
  hint: BY_HAND,
};
