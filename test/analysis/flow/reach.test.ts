import { describe, expect, it } from 'vitest';
import { follow, told } from './follow.ts';

/** Ways values take that were missed on servers nobody had written rules on. */

const saying = async (files: Record<string, string>): Promise<string[]> => told(await follow(files));

describe('values', () => {
  it('go into the variable that Go decodes a body into', async () => {
    const bridge = `package main

import (
	"encoding/json"
	"net/http"
	"os"
)

type Request struct{ MediaPath string }

func send(path string) error {
	_, err := os.ReadFile(path)
	return err
}

func main() {
	http.HandleFunc("/send", func(w http.ResponseWriter, r *http.Request) {
		var req Request
		if err := json.NewDecoder(r.Body).Decode(&req); err != nil {
			return
		}
		send(req.MediaPath)
	})
}
`;
    expect(await saying({ 'main.go': bridge })).toEqual([
      'strong file-path Body of HANDLEFUNC /send at main.go:12',
    ]);
  });

  it('are found in a list that is one of several', async () => {
    const text = `import asyncio

@mcp.tool()
async def run(command: str, shell: str):
    if windows:
        line = [program, '/c', command]
    else:
        line = [program, '-c', command]
    await asyncio.create_subprocess_exec(*line, stdout=1)
`;
    expect(await saying({ 'run.py': text })).toEqual([
      'strong code-for-interpreter command of run at run.py:9',
    ]);
  });

  it('name files by the option before them, also where a helper starts the program', async () => {
    const files = {
      'src/run.ts': `import { execFileSync } from 'node:child_process';
export const run = (args: string[]) => execFileSync('kubectl', args);
`,
      'src/tool.ts': `import { run } from './run.js';
server.tool('create', { file: z.string(), name: z.string() }, async ({ file, name }) => {
  const args = ['create', name];
  args.push('-f', file);
  return run(args);
});
`,
    };
    const leads = (await follow(files)).filter((l) => l.rule.id === 'named-file-of-program');
    expect(leads.map((l) => l.input)).toEqual(['file']);
    expect(leads[0]?.flow.map((s) => `${s.path}:${s.line}`)).toContain('src/tool.ts:4');
  });

  it('stay in a command of Rust while it is built', async () => {
    const text = `use std::process::Command;

#[tool_router]
impl Server {
    #[tool(description = "x")]
    async fn list(&self, Parameters(Args { folder }): Parameters<Args>) -> Result<String, E> {
        let mut command = Command::new("sh");
        command.arg("-c").arg(format!("ls {}", folder));
        Ok(String::new())
    }
}
`;
    const rules = (await follow({ 'a.rs': text })).map((l) => l.rule.id);
    expect(rules).toContain('shell-command');
  });

  it('reach classes that Java imports by a wildcard', async () => {
    const text = `import java.nio.file.*;
import org.springframework.ai.tool.annotation.Tool;

public class Notes {
  @Tool(description = "x")
  public String read(String name) throws Exception {
    return Files.readString(Path.of(name));
  }
}
`;
    expect((await follow({ 'Notes.java': text })).map((l) => l.rule.id)).toEqual(['file-path']);
  });
});

describe('leads', () => {
  it('show where a check is written, for that is what there is to prove', async () => {
    const files = {
      'src/check.ts': `

export const isAllowed = (path: string): boolean => path.length < 100;
`,
      'src/tool.ts': `import fs from 'node:fs';
import { isAllowed } from './check.js';
server.tool('read', { path: z.string() }, async ({ path }) => {
  if (!isAllowed(path)) throw new Error('no');
  return fs.readFileSync(path, 'utf8');
});
`,
    };
    const [lead] = await follow(files);
    expect(lead?.flow.filter((s) => s.role === 'guard').map((s) => `${s.path}:${s.line}`)).toEqual([
      'src/tool.ts:4',
      'src/check.ts:3',
    ]);
  });

  it('about the words of a text give way to the sink it was followed to', async () => {
    const known = `server.tool('rows', { table: z.string() }, async ({ table }) => {
  const sql = \`SELECT * FROM \${table}\`;
  return client.query(sql);
});
`;
    expect((await follow({ 'a.ts': known })).map((l) => l.rule.id)).toEqual(['sql-text']);
    const unknown = known.replace('client.query(sql)', 'datasource.post({ rawSql: sql })');
    expect((await follow({ 'a.ts': unknown })).map((l) => l.rule.id)).toEqual(['sql-in-words']);
  });
});
