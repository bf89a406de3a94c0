import { describe, expect, it } from 'vitest';
import { readJava } from '../../../src/analysis/sources/read-java.ts';
import { loadGrammar } from '../../../src/analysis/sources/tree-grammar.ts';
import { holdsAgainstHostileText } from './hostile-sources.ts';
import { printModule } from './print-ir.ts';

const reader = readJava(await loadGrammar('java'));
const read = (source: string): string => `\n${printModule(reader.read('x', source))}\n`;

const SOURCES = {
  imports: `package a.b;
import java.util.List;
import java.io.*;
import static a.B.m;
import static a.C.*;
`,
  'classes: annotations, bases, fields, constructors, documentation': `/** Does
 * things. */
@Service("x") @Deprecated
public class A<T> extends B<T> implements C, D.E {
  private static final String X = "a" + y, Z;
  @Value("\${q}") int n;
  static { init(); }
  public A(String s) { super(s); this.n = s; Z = X; }
  /** Runs. */
  @Tool(name = "t", description = "d" + "e")
  public <K> String run(@ToolParam(description = "p", required = false) final String p, int... rest) throws IOException {
    String n = p; helper(n); return X + other(n);
  }
  void helper(String s) {}
  class Inner { void f() { use(Z); } }
}
record Rec(String a, @NotNull int b) { Rec { check(a); } }
enum En implements I { A(1), B { void f() {} }; private int x; En(int i) { x = i; } }
interface Int extends J { void f(String s); default int g() { return 1; } String K = "k"; }
`,
  expressions: `class A { void f() {
  String cmd = "sh " + p + 1;
  String t = String.format("x %s %2$d %n", p, n); var t2 = "a %s".formatted(p); var t3 = String.join(",", a, b);
  String tb = """
      hello
      world\\t""";
  int[] arr = new int[]{1, 2}; int[] q = {3}; int[] z = new int[n];
  x = y = z; arr[0] += 2; this.f.g = h; int neg = -1; boolean no = !bo;
  Function<String, Integer> fn = (s1, s2) -> s1.length(); var g = s3 -> { return s3; }; var mr = Foo::bar;
  Object an = new Runnable() { public void run() { go(p); } };
  Object cs = (String) o; var te = a ? b : c;
  Runtime.getRuntime().exec(cmd); new ProcessBuilder("a", cmd).start(); foo.<T>bar(A.class); a.b.C.d(x); super.run(p);
  boolean is = o instanceof String str && str.isEmpty() || o != null;
} }
`,
  'control flow': `class A { String f() {
  if (a) return b; else if (c) d(); else { e(); }
  for (int i = 0; i < 3; i++) { continue; }
  for (final String e : list) use(e);
  while ((line = r.readLine()) != null) { use(line); }
  do { x(); } while (a);
  try (var in = open(p); s) { } catch (IOException | E2 ex) { throw new R("m", ex); } finally { d(); }
  switch (p) { case "a": case "b": f(); break; default: g(); }
  switch (kind()) { case A, B -> h(); case Point(int px, var py) -> { i(px); } case String s -> u(s); default -> throw new X(); }
  var v = switch (k) { case 1 -> "a"; case 2 -> { log(); yield b; } default -> c; };
  synchronized (this) { s(); } assert a : "m"; lab: for (;;) { break lab; }
  return v;
} }
`,
  'what could not be parsed, around it the rest': `class A { void f() { int x = ; run(y); } void g() { h(); } }
`,
} as const;

describe('readJava', () => {
  it('reads imports', () => {
    expect(read(SOURCES.imports)).toMatchInlineSnapshot(`
      "
      import List = java.util List
      import * = java.io *
      import m = a.B m
      import * = a.C *
      "
    `);
  });

  it('reads classes: annotations, bases, fields, constructors, documentation', () => {
    expect(
      read(SOURCES['classes: annotations, bases, fields, constructors, documentation']),
    ).toMatchInlineSnapshot(`
      "
      @Service("x")
      @Deprecated
      class A(B, C, D.E)
        doc "Does\\nthings."
        field X: String = text("a", y)
        field Z: String
        field n: Annotated<int, @Value("\${q}")>
        fn <init>(s: String)
          super(s)
          this.n = s
          this.Z = this.X
        @Tool(name="t", description=text("d", "e"))
        fn run(p: Annotated<String, @ToolParam(description = "p", required = false)>, ...rest: int)
          doc "Runs."
          n = p
          this.helper(n)
          return other(this.X, other(n))
        fn helper(s: String)
      block
        init()
      class Inner
        fn f()
          use(this.Z)
      class Rec
        field a: String
        field b: Annotated<int, @NotNull>
        fn <init>(a: String, b: Annotated<int, @NotNull>)
          check(this.a)
          this.a = a
          this.b = b
      class En(I)
        field A = new En(1)
        field B = new En()
        field x: int
        fn <init>(i: int)
          this.x = i
      class Int(J)
        field K: String = "k"
        fn f(s: String)
        fn g()
          return 1
      "
    `);
  });

  it('reads expressions', () => {
    expect(read(SOURCES.expressions)).toMatchInlineSnapshot(`
      "
      class A
        fn f()
          cmd = text("sh ", p, 1)
          t = text("x ", p, " ", n, " ", n)
          t2 = text("a ", p)
          t3 = text(",", a, b)
          tb = "hello\\nworld\\t"
          arr = [1, 2]
          q = [3]
          z = []
          y = z
          x = y
          arr[0] += 2
          this.f.g = h
          neg = -1
          no = test !(bo)
          fn = fn (s1, s2) { return s1.length() }
          g = fn (s3) { return s3 }
          mr = Foo.bar
          an = new Runnable(run=fn run() { go(p) })
          cs = o
          te = choice if a (b, c)
          Runtime.getRuntime().exec(cmd)
          new ProcessBuilder("a", cmd).start()
          foo.bar(A)
          a.b.C.d(x)
          super.run(p)
          str = o
          is = test ||(test &&(test instanceof(o), str.isEmpty()), test !=(o, null))
      "
    `);
  });

  it('reads control flow', () => {
    expect(read(SOURCES['control flow'])).toMatchInlineSnapshot(`
      "
      class A
        fn f()
          if a
            return b
          else
            if c
              d()
            else
              e()
          i = 0
          loop while test <(i, 3)
            jump
          loop e over list
            use(e)
          line = r.readLine()
          loop while test !=(line, null)
            use(line)
          loop while a
            x()
          try
            in = open(p)
          catch ex
            throw new R("m", ex)
          finally
            d()
          switch p
            case "a"
            case "b"
              this.f()
              jump
            default
              g()
          $1 = kind()
          switch $1
            case A, B
              h()
            case other()
              px = other($1)
              py = other($1)
              block
                i(px)
            case other()
              s = $1
              u(s)
            default
              throw new X()
          switch k
            case 1
              $2 = "a"
            case 2
              block
                log()
                $2 = b
            default
              $2 = c
          v = $2
          s()
          if a
          else
            throw
          loop while null
            jump
          return v
      "
    `);
  });

  it('reads what could not be parsed, around it the rest', () => {
    expect(read(SOURCES['what could not be parsed, around it the rest'])).toMatchInlineSnapshot(`
      "
      class A
        fn f()
          x = run(y)
        fn g()
          h()
      error 1-1
      "
    `);
  });

  it('gives lines as they are in the file, and the whole file as unread without a grammar', () => {
    const source = SOURCES['what could not be parsed, around it the rest'];
    const module = reader.read('x', source);
    expect(module.body[0]?.at.line).toBe(1);
    expect(module.errors.length).toBeGreaterThan(0);
    const unread = readJava(null).read('x', source);
    expect(unread).toEqual({
      ...module,
      marks: null,
      imports: [],
      body: [],
      errors: [{ line: 1, endLine: source.split('\n').length }],
    });
  });
});

describe('readJava against hostile text', () => {
  holdsAgainstHostileText(() => reader, Object.values(SOURCES));
});
