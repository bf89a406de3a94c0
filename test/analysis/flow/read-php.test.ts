import { describe, expect, it } from 'vitest';
import { readPhp } from '../../../src/analysis/sources/read-php.ts';
import { loadGrammar } from '../../../src/analysis/sources/tree-grammar.ts';
import { holdsAgainstHostileText } from './hostile-sources.ts';
import { printModule } from './print-ir.ts';

const reader = readPhp(await loadGrammar('php'));
const read = (source: string): string => `\n${printModule(reader.read('x', source))}\n`;

const SOURCES = {
  imports: `<?php
namespace App\\Tools;
use PhpMcp\\Server\\Attributes\\{McpTool, McpResource};
use GuzzleHttp\\Client as Http;
use function App\\helper;
`,
  classes: `<?php
/** Does things.
 * @author x */
#[IsReadOnly]
final class Files extends Base implements Tool {
  use SomeTrait;
  public string $name = 'files';
  private const ROOT = '/x', B = 2;
  public function __construct(private Http $http, string $plain = 'a') { parent::__construct(); }
  /**
   * Reads a file.
   * @param string $path where it is
   */
  #[McpTool(name: 'read', description: "Reads " . "a file")]
  public function read(#[Schema(pattern: '^a')] string $path, int $n = 3, string ...$more): string { return self::ROOT; }
}
function helper(string $s): string { return $s; }
enum E: string { case A = 'a'; }
interface I { public function m(string $x): string; }
`,
  expressions: `<?php
$full = $this->root . '/' . $path; $full .= "x {$path} $n {$this->root} {$a['k']}\\n";
$x = \`cat $path\`; $s = sprintf('%s x', $path); $i = (int) $path; $j = (string) $path;
$arr = ['a' => $path, ...$more]; $rows[] = $path; [$q, $r] = [$path, 1]; ['k' => $kk] = $arr;
$f = function ($v) use ($path) { return $v . $path; }; $g = fn($v) => $v;
$v = match (true) { $n > 1 => 'a', default => $path }; $t = $path ?: 'd'; $u = $path ?? 'e';
$o?->go(); Files::create($path); static::make(); new Foo\\Bar($path); $h = [Files::class, 'read']; $k = [$this, 'read'];
`,
  statements: `<?php
if (!str_starts_with($p, '/')) { throw new \\Exception("bad $p"); } elseif ($n == 2) { foo(); } else { bar(); }
foreach ($more as $k => $m) { echo $m; } for ($i = 0; $i < 3; $i++) { print($i); }
while ($row = $stmt->fetch()) { use1($row); }
try { go($p); } catch (\\Exception | Foo $e) { log1($e); } finally { done(); }
switch ($p) { case 'a': bar(); break; default: baz(); }
require_once $p; exit(1);
?><html><?= $name ?></html>
`,
};

describe('the reader of PHP', () => {
  it('reads imports', () => {
    expect(read(SOURCES.imports)).toMatchInlineSnapshot(`
      "
      import McpTool = PhpMcp.Server.Attributes McpTool
      import McpResource = PhpMcp.Server.Attributes McpResource
      import Http = GuzzleHttp Client
      import helper = App helper
      "
    `);
  });

  it('reads classes with attributes and documentation', () => {
    expect(read(SOURCES.classes)).toMatchInlineSnapshot(`
      "
      @IsReadOnly
      class Files(Tool, Base, SomeTrait)
        doc "Does things."
        field name: string = "files"
        field ROOT = "/x"
        field B = 2
        field http: Http
        fn <init>(http: Http, plain: string = "a")
          this.http = http
          super()
        @McpTool(name="read", description=text("Reads ", "a file"))
        fn read(path: string, n: int = 3, ...more: string)
          doc "Reads a file."
          return this.ROOT
      fn helper(s: string)
        return s
      class E
        field A = "a"
      class I
        fn m(x: string)
      "
    `);
  });

  it('reads expressions', () => {
    expect(read(SOURCES.expressions)).toMatchInlineSnapshot(`
      "
      full = text(this.root, "/", path)
      full += text("x ", path, " ", n, " ", this.root, " ", a.k, "\\n")
      x = shell_exec(text("cat ", path))
      s = text(path, " x")
      i = intval(path)
      j = path
      arr = {a: path, ...: more}
      rows.push(path)
      {0 as q, 1 as r} = [path, 1]
      {k as kk} = arr
      f = fn (v) { return text(v, path) }
      g = fn (v) { return v }
      $2 = true
      switch $2
        case other()
          if test >(n, 1)
            $1 = "a"
        default
          $1 = path
      v = $1
      t = choice if path (path, "d")
      u = choice(path, "e")
      o.go()
      Files.create(path)
      this.make()
      new Foo.Bar(path)
      h = Files.read
      k = this.read
      "
    `);
  });

  it('reads statements', () => {
    expect(read(SOURCES.statements)).toMatchInlineSnapshot(`
      "
      if test !(str_starts_with(p, "/"))
        throw new Exception(text("bad ", p))
      else
        if test ==(n, 2)
          foo()
        else
          bar()
      k = other(more)
      loop m over more
        echo(m)
      i = 0
      loop while test <(i, 3)
        echo(i)
      row = stmt.fetch()
      loop while row
        use1(row)
        row = stmt.fetch()
      try
        go(p)
      catch e
        log1(e)
      finally
        done()
      switch p
        case "a"
          bar()
          jump
        default
          baz()
      include(p)
      throw 1
      "
    `);
  });

  holdsAgainstHostileText(() => reader, Object.values(SOURCES));
});
