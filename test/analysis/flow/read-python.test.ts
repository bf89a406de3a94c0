import { describe, expect, it } from 'vitest';
import { readPython } from '../../../src/analysis/sources/read-python.ts';
import { loadGrammar } from '../../../src/analysis/sources/tree-grammar.ts';
import { holdsAgainstHostileText } from './hostile-sources.ts';
import { printModule } from './print-ir.ts';

const reader = readPython(await loadGrammar('python'));
const read = (source: string): string => `\n${printModule(reader.read('x', source))}\n`;

const SOURCES = {
  'imports, with modules inside functions and relative ones': `import a.b, x.y as z
from ..p import q as r, s
from . import *
from __future__ import annotations
def f():
    import os.path
`,
  'functions: decorators, docstrings, parameters of every kind': `@mcp.tool(name="x")
async def f(self, a: int, b: Annotated[str, Field(description="d")] = "1", *args: str, c=None, **kw) -> int:
    """Reads a thing.

        More of it.
    """
    return -1, None
def g(a, /, b, *, c): pass
`,
  'classes: fields, those declared on self, methods, and what else they do': `class A(B, metaclass=M):
    """Doc."""
    x: int
    y: str = "1"
    z = 2
    def __init__(self, db):
        self.db: Database = db
    @property
    def name(self): return self.y
    class Inner:
        pass
    register(z)
`,
  assignments: `a = b = c()
x, *rest = y
x += 1
self.x[1].y["k"] = v
(p) = q
n: int
if (m := match(s)):
    use(m)
`,
  texts: `a = f"x{b!r:>{w}}{{c}}" 'lit' "\\x41\\u00e9\\n"
b = r"\\d" b"\\x00"
c = "a %s b %(n)s %%" % d
d = "a %s %d" % (x, y)
e = "{} {1} {name.x!r:>10} {{}}".format(p, q, name=r)
g = "," .join(xs) + y
h = a + b
i = """t
q"""
`,
  'what a value may be, and what only tests it': `a = b or c or d
a = b and c
a = not b
a = x if t else y
a = b not in c
a = b < c <= d
a = await f()
a = (b)
a = -b
a = x[1:2]
a = x["k"]["l"][i]
a = {"k": 1, k: v, **r}
a = [1, *r, (2, 3), {4}]
`,
  calls: `f(*a, **b, k=v)
sum(x for x in y)
g = lambda x, *y, z=1: x
subprocess.run(cmd, shell=True)
`,
  'comprehensions as the loops they are': `l = [f(i) for i in x for j in i if ok(j)]
d = {k: v for k, v in c.items()}
g = lambda y: [z for z in y]
`,
  'control flow': `for i, j in xs:
    if i: continue
    elif j: break
    else: pass
else:
    done()
while x: pass
with open(a) as f, lock:
    f.read()
try:
    pass
except (A, B) as e:
    raise E("x") from e
except C:
    raise
else:
    ok()
finally:
    end()
assert safe(x), "unsafe"
del a[1]
async def s():
    async with a as b:
        yield b
        yield from c
`,
  match: `match command():
    case "a" | "b" if g(): x()
    case Point(x=0, y=yy): x(yy)
    case [a, *rest]: x(rest)
    case {"k": v, **r}: x(v)
    case m.X as t: x(t)
    case other: x(other)
`,
  'what could not be parsed, around it the rest': `a = 1
def f(:
    return os.system(x)
b = 2
`,
} as const;

describe('readPython', () => {
  it('reads imports, with modules inside functions and relative ones', () => {
    expect(read(SOURCES['imports, with modules inside functions and relative ones'])).toMatchInlineSnapshot(`
      "
      import a = a *
      import z = x.y *
      import r = ..p q
      import s = ..p s
      import * = . *
      import os = os *
      fn f()
      "
    `);
  });

  it('reads functions: decorators, docstrings, parameters of every kind', () => {
    expect(
      read(SOURCES['functions: decorators, docstrings, parameters of every kind']),
    ).toMatchInlineSnapshot(`
      "
      @mcp.tool(name="x")
      fn async f(self, a: int, b: Annotated[str, Field(description="d")] = "1", ...args: str, c = null, ...kw)
        doc "Reads a thing.\\n\\nMore of it."
        return [-1, null]
      fn g(a, b, c)
      "
    `);
  });

  it('reads classes: fields, those declared on self, methods, and what else they do', () => {
    expect(
      read(SOURCES['classes: fields, those declared on self, methods, and what else they do']),
    ).toMatchInlineSnapshot(`
      "
      class A(B)
        doc "Doc."
        field x: int
        field y: str = "1"
        field z = 2
        field db: Database
        fn __init__(self, db)
          self.db = db
        @property
        fn name(self)
          return self.y
      class Inner
      register(z)
      "
    `);
  });

  it('reads assignments', () => {
    expect(read(SOURCES.assignments)).toMatchInlineSnapshot(`
      "
      b = c()
      a = b
      {0 as x, ... as rest} = y
      x += 1
      self.x[1].y.k = v
      p = q
      m = match(s)
      if m
        use(m)
      "
    `);
  });

  it('reads texts', () => {
    expect(read(SOURCES.texts)).toMatchInlineSnapshot(`
      "
      a = text("x", b, "{c}", "lit", "Aé\\n")
      b = "\\\\d\\u0000"
      c = text("a ", d, " b %(n)s %")
      d = text("a ", x, " ", y)
      e = text(p, " ", q, " ", r, " {}")
      g = text(",", xs, y)
      h = other(a, b)
      i = "t\\nq"
      "
    `);
  });

  it('reads what a value may be, and what only tests it', () => {
    expect(read(SOURCES['what a value may be, and what only tests it'])).toMatchInlineSnapshot(`
      "
      a = choice(b, c, d)
      a = test and(b, c)
      a = test not(b)
      a = choice if t (x, y)
      a = test not in(b, c)
      a = test <(b, c, d)
      a = f()
      a = b
      a = other(b)
      a = x[other(1, 2)]
      a = x.k.l[i]
      a = {k: 1, ?: other(k, v), ...: r}
      a = [1, r[null], [2, 3], [4]]
      "
    `);
  });

  it('reads calls', () => {
    expect(read(SOURCES.calls)).toMatchInlineSnapshot(`
      "
      f(...a, ...b, k=v)
      $1 = []
      loop x over y
        $1 += [x]
      sum($1)
      g = fn (x, ...y, z = 1) { return x }
      subprocess.run(cmd, shell=True)
      "
    `);
  });

  it('reads comprehensions as the loops they are', () => {
    expect(read(SOURCES['comprehensions as the loops they are'])).toMatchInlineSnapshot(`
      "
      $1 = []
      loop i over x
        loop j over i
          if ok(j)
            $1 += [f(i)]
      l = $1
      $2 = {}
      loop {0 as k, 1 as v} over c.items()
        $2[k] = v
      d = $2
      g = fn (y) { $3 = [] loop z over y $3 += [z] return $3 }
      "
    `);
  });

  it('reads control flow', () => {
    expect(read(SOURCES['control flow'])).toMatchInlineSnapshot(`
      "
      loop {0 as i, 1 as j} over xs
        if i
          jump
        else
          if j
            jump
      done()
      loop while x
      block
        f = open(a)
        f.read()
      try
        ok()
      catch e
        throw E("x")
      catch
        throw
      finally
        end()
      if safe(x)
      else
        throw "unsafe"
      a[1]
      fn async s()
        block
          b = a
          if test yield()
            return b
          if test yield()
            return c[null]
      "
    `);
  });

  it('reads match', () => {
    expect(read(SOURCES.match)).toMatchInlineSnapshot(`
      "
      $1 = command()
      switch $1
        case "a", "b"
          if g()
            x()
        case other()
          yy = other($1)
          x(yy)
        case other()
          a = other($1)
          rest = other($1)
          x(rest)
        case other()
          v = other($1)
          r = other($1)
          x(v)
        case m.X
          t = $1
          x(t)
        default
          other = $1
          x(other)
      "
    `);
  });

  it('reads what could not be parsed, around it the rest', () => {
    expect(read(SOURCES['what could not be parsed, around it the rest'])).toMatchInlineSnapshot(`
      "
      a = 1
      fn f()
        return os.system(x)
      b = 2
      error 2-2
      "
    `);
  });

  it('gives lines as they are in the file, and the whole file as unread without a grammar', () => {
    const source = SOURCES['what could not be parsed, around it the rest'];
    const module = reader.read('x', source);
    expect(module.body[0]?.at.line).toBe(1);
    expect(module.errors.length).toBeGreaterThan(0);
    const unread = readPython(null).read('x', source);
    expect(unread).toEqual({
      ...module,
      marks: null,
      imports: [],
      body: [],
      errors: [{ line: 1, endLine: source.split('\n').length }],
    });
  });
});

describe('readPython against hostile text', () => {
  holdsAgainstHostileText(() => reader, Object.values(SOURCES));
});
