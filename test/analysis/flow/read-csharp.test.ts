import { describe, expect, it } from 'vitest';
import { readCSharp } from '../../../src/analysis/sources/read-csharp.ts';
import { loadGrammar } from '../../../src/analysis/sources/tree-grammar.ts';
import { holdsAgainstHostileText } from './hostile-sources.ts';
import { printModule } from './print-ir.ts';

const reader = readCSharp(await loadGrammar('c-sharp'));
const read = (source: string): string => `\n${printModule(reader.read('x', source))}\n`;

const SOURCES = {
  imports: `using System.IO;
using F = A.B.C;
using static A.M;
namespace My.Server;
class A {}
`,
  'classes: attributes, properties, constructors, documentation': `/// <summary>Tools.</summary>
[McpServerToolType]
public class T(ILogger<T> log) : Base(1), I {
  private readonly string _root = "/x";
  public string Name => "n";
  public string Other { get { return _root; } }
  public T(string a) : base(a) { _root = a; }
  [McpServerTool(Name = "t", ReadOnly = true), Description("d" + "e")]
  public static async Task<string> Run([Description("p")] string p, int n = 1, params string[] more) => Help(p);
  static string Help(string s) { return s; }
}
public record R(string A);
enum E { X, Y = 2 }
`,
  expressions: `class A { void F(string p) {
  var a = $"x {p:N} {{y}}" + @"c:\\""d""" + string.Format("{0}-{1}", p, 1) + string.Join(",", p, "q");
  var b = "a " + (p) + "c";
  var c = p?.Trim() ?? "z"; var d = p is string s && s.Length > 1 ? s : null;
  var psi = new ProcessStartInfo("sh") { Arguments = p, ArgumentList = { "a", p } };
  psi.FileName = p; Foo.Arguments += p;
  var l = new List<string> { "a", p }; var m = new Dictionary<string, string> { ["k"] = p };
  m.TryGetValue("k", out var got);
  var v = p switch { "a" => 1, { Length: > 3 } y when y != p => 2, _ => throw new Exception() };
  Func<string, string> f = x => x; var (t1, t2) = (p, 1); List<int> w = new();
} }
`,
  statements: `class A { int F(string p) {
  using var s = Open(p); using (var z = Open()) { Use(z); }
  foreach (var x in p.Split(',')) { if (x == "a") continue; else if (x == "b") break; else Go(x); }
  for (var i = 0; i < 3; i++) Go(i);
  try { Go(p); } catch (IOException e) when (e.X) { throw; } finally { End(); }
  switch (p) { case "a": case "b": Go(1); break; default: return 2; }
  lock (this) { p += "x"; }
  yield return p;
} }
app.MapGet("/x", (string a) => a);
`,
};

describe('the reader of C#', () => {
  it('reads imports', () => {
    expect(read(SOURCES['imports'])).toMatchInlineSnapshot(`
      "
      import * = System.IO *
      import F = A.B C
      import * = A.M *
      class A
      "
    `);
  });

  it('reads classes', () => {
    expect(
      read(SOURCES['classes: attributes, properties, constructors, documentation']),
    ).toMatchInlineSnapshot(`
      "
      @McpServerToolType
      class T(Base, I)
        doc "Tools."
        field log: ILogger<T>
        field _root: string = "/x"
        field Name: string = "n"
        field Other: string = this._root
        fn <init>(log: ILogger<T>)
          this.log = log
        fn <init>(a: string)
          super(a)
          this._root = a
        @McpServerTool(Name="t", ReadOnly=true)
        @Description(text("d", "e"))
        fn async Run(p: string, n: int = 1, ...more: string[])
          return this.Help(p)
        fn Help(s: string)
          return s
      class R
        field A: string
        fn <init>(A: string)
          this.A = A
      class E
        field X = X
        field Y = Y
      "
    `);
  });

  it('reads expressions', () => {
    expect(read(SOURCES['expressions'])).toMatchInlineSnapshot(`
      "
      class A
        fn F(p: string)
          a = text("x ", p, " ", "{y}", "c:\\\\\\"d\\"", p, "-", 1, ",", p, "q")
          b = text("a ", p, "c")
          c = choice(p.Trim(), "z")
          s = p
          d = choice if test &&(test is(p), test >(s.Length, 1)) (s, null)
          psi = new ProcessStartInfo("sh", Arguments=p, ArgumentList=["a", p])
          psi.FileName = p
          psi.set_FileName(p)
          Foo.Arguments += p
          Foo.set_Arguments(p)
          l = ["a", p]
          m = {k: p}
          got = m.k
          m.TryGetValue("k")
          switch p
            case "a"
              $1 = 1
            case other()
              y = p
              if test !=(y, p)
                $1 = 2
            default
              throw new Exception()
          v = $1
          f = fn (x) { return x }
          {0 as t1, 1 as t2} = [p, 1]
          w = new List()
      "
    `);
  });

  it('reads statements', () => {
    expect(read(SOURCES['statements'])).toMatchInlineSnapshot(`
      "
      class A
        fn F(p: string)
          s = Open(p)
          z = Open()
          Use(z)
          loop x over p.Split(',')
            if test ==(x, "a")
              jump
            else
              if test ==(x, "b")
                jump
              else
                Go(x)
          i = 0
          loop while test <(i, 3)
            Go(i)
          try
            Go(p)
          catch e
            throw
          finally
            End()
          switch p
            case "a"
            case "b"
              Go(1)
              jump
            default
              return 2
          p += "x"
          if test yield()
            return [p]
      app.MapGet("/x", fn (a: string) { return a })
      "
    `);
  });

  holdsAgainstHostileText(() => reader, Object.values(SOURCES));
});
