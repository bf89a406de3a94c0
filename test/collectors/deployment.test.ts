import { describe, expect, it } from 'vitest';
import { deployment } from '../../src/collectors/deployment.ts';
import { run } from './fake-context.ts';

const workload = `apiVersion: apps/v1
kind: Deployment
metadata: { name: notes }
spec:
  template:
    spec:
      hostNetwork: true
      volumes:
        - name: sock
          hostPath: { path: /var/run/docker.sock }
      containers:
        - name: app
          image: acme/notes:latest
          env:
            - name: API_TOKEN
              value: hunter2hunter2
          securityContext:
            privileged: true
            capabilities: { add: [SYS_ADMIN] }
          resources: { limits: { memory: 128Mi } }
---
apiVersion: v1
kind: Service
metadata: { name: notes }
spec: { type: LoadBalancer }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: deny }
spec: { policyTypes: [Egress] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: all }
roleRef: { kind: ClusterRole, name: cluster-admin }
`;

describe('deployment', () => {
  it('reads every object of a manifest, with the line of each right it gives', async () => {
    const { item, items } = await run(deployment, { files: { 'deploy/notes.yaml': workload } });
    expect(item('host-namespace').at).toEqual({ path: 'deploy/notes.yaml', startLine: 7 });
    expect(item('container-socket')).toMatchObject({ strength: 'strong', at: { startLine: 9 } });
    expect(item('privileged')).toMatchObject({ checks: ['3.1.2', '3.1.4'], at: { startLine: 18 } });
    expect(item('added-capability')).toMatchObject({ strength: 'strong', at: { startLine: 19 } });
    expect(item('image-latest').at).toMatchObject({ startLine: 13 });
    expect(item('secret-in-environment').redactedSnippet).toBe('API_TOKEN: …');
    expect(item('workload')).toMatchObject({
      title: 'Deployment notes, container app sets 1 of 8 restrictions',
      at: { startLine: 12 },
    });
    expect(item('exposed-service').at).toMatchObject({ startLine: 25 });
    expect(item('network-policy').kind).toBe('strength');
    expect(item('cluster-admin').at).toMatchObject({ startLine: 35 });
    expect(items.every((i) => (i.checks ?? []).length > 0)).toBe(true);
  });

  it('says that templates are no YAML, and still reads their plain lines and the values', async () => {
    const { item } = await run(deployment, {
      files: {
        'chart/Chart.yaml': 'name: x\n',
        'chart/values.yaml': 'securityContext:\n  runAsUser: 0\nimage:\n  tag: latest\n',
        'chart/templates/deploy.yaml':
          'apiVersion: apps/v1\nkind: Deployment\nspec:\n  {{- if .Values.x }}\n  hostPID: true\n  {{- end }}\n',
      },
    });
    expect(item('templates-not-rendered')).toMatchObject({ kind: 'gap' });
    expect(item('host-namespace').at).toEqual({ path: 'chart/templates/deploy.yaml', startLine: 5 });
    expect(item('chart-values').detail).toBe(
      'line 2 securityContext.runAsUser = 0\nline 4 image.tag = latest',
    );
  });

  it('reads service units and development containers', async () => {
    const { item } = await run(deployment, {
      files: {
        'contrib/notes.service':
          '[Unit]\nDescription=x\n\n[Service]\nExecStart=/usr/bin/notes\nNoNewPrivileges=yes\nEnvironment=API_KEY=abcdefgh12345\n',
        'contrib/safe.service': '[Service]\nUser=notes\n',
        '.devcontainer/devcontainer.json':
          '{\n  // for us\n  "image": "mcr.microsoft.com/devcontainers/base:1",\n  "runArgs": ["--privileged"],\n  "mounts": ["source=/var/run/docker.sock,target=/x,type=bind"]\n}\n',
      },
    });
    expect(item('root-user')).toMatchObject({
      kind: 'lead',
      at: { path: 'contrib/notes.service', startLine: 4 },
    });
    expect(item('user').at).toEqual({ path: 'contrib/safe.service', startLine: 2 });
    expect(item('secret-in-environment').redactedSnippet).toBe('Environment=API_KEY=…');
    expect(item('unit').title).toBe('2 service units: restrictions set and not set');
    expect(item('dev-privileged')).toMatchObject({ strength: 'weak', at: { startLine: 4 } });
    expect(item('dev-mount').at).toMatchObject({ startLine: 5 });
  });

  it('judges documented start commands, and gives the commands of the escape test for this repository', async () => {
    const { item } = await run(deployment, {
      files: {
        'README.md':
          '```sh\ndocker run --rm \\\n  -v /var/run/docker.sock:/var/run/docker.sock \\\n  --cap-drop ALL acme/notes\n```\n',
        'docker/Dockerfile': 'FROM node\n',
        'compose.yml': 'services: {}\n',
      },
    });
    expect(item('documented-privilege')).toMatchObject({
      kind: 'lead',
      strength: 'strong',
      at: { path: 'README.md', startLine: 2 },
    });
    expect(item('documented-confinement').detail).toContain('--cap-drop: 1 of 1');
    const { advice = '', kind } = item('escape-not-tested');
    expect(kind).toBe('gap');
    expect(advice).toContain('docker build -t audit-target -f ./docker/Dockerfile .\n');
    expect(advice).toContain(
      '-v /var/run/docker.sock:/var/run/docker.sock --cap-drop ALL --entrypoint sh audit-target',
    );
    expect(advice).toContain('docker compose -f ./compose.yml config');
  });

  it('puts nothing of the target into a command that a shell would run or an option would take', async () => {
    const { item } = await run(deployment, {
      files: {
        'README.md':
          '```\ndocker run -v $(touch${IFS}/tmp/x):/a --network `id` --user 0;id acme/notes\n```\n',
        '-rf/Dockerfile': 'FROM node\n',
      },
    });
    const { detail = '', advice = '' } = item('escape-not-tested');
    expect(detail + advice).not.toContain('touch$');
    expect(detail + advice).not.toContain('`');
    expect(advice).toContain('-f ./-rf/Dockerfile ./-rf');
  });

  it('ends hostile manifests with a gap', async () => {
    const bomb = `apiVersion: v1\nkind: Pod\na: &a [x,x,x,x,x,x,x,x,x,x]\n${[...'bcdefghij']
      .map(
        (c, i, all) =>
          `${c}: &${c} [${Array(10)
            .fill(`*${i ? all[i - 1] : 'a'}`)
            .join(',')}]`,
      )
      .join('\n')}\n`;
    const { item } = await run(deployment, {
      files: { 'k8s/a.yaml': bomb, 'k8s/b.yaml': `apiVersion: v1\nkind: Pod\n${'---\n'.repeat(5000)}` },
    });
    expect(item('unread-manifests')).toMatchObject({
      kind: 'gap',
      title: '2 YAML files not read for deployment',
    });
  });

  it('does not apply where nothing is deployed', async () => {
    const { gathered } = await run(deployment, { files: { 'a.ts': 'x', 'README.md': '# A' } });
    expect(gathered).toMatchObject({ outcome: 'not-applicable' });
  });
});
