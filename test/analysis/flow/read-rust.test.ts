import { describe, expect, it } from 'vitest';
import { readRust } from '../../../src/analysis/sources/read-rust.ts';
import { loadGrammar } from '../../../src/analysis/sources/tree-grammar.ts';
import { holdsAgainstHostileText } from './hostile-sources.ts';
import { printModule } from './print-ir.ts';

const reader = readRust(await loadGrammar('rust'));
const read = (source: string): string => `\n${printModule(reader.read('x', source))}\n`;

const SOURCES = {
  'use, and paths nobody imports': `use std::process::{Command, Stdio as S, self};
use crate::a::b::*;
pub use self::x::Y;
use serde;
mod other;
fn f() { tokio::fs::write(p, d); crate::db::query(q); super::Client::new(); Command::new("sh"); }
`,
  'items: attributes, documentation, fields, impl': `/// Arguments.
#[derive(Debug, Deserialize)]
pub struct P { #[schemars(description = "the a")] pub a: String, b: Option<Vec<u8>> }
struct U(String, i32);
trait T: Send { fn f(&self, a: &str) -> String; fn g() { h() } }
#[tool_router]
impl<X> T for P<X> where X: Y {
    const N: u8 = 1;
    /// Runs.
    /// More.
    #[tool(name = "n", description = "d \\" e", annotations(read_only_hint = true))]
    pub async fn run(&mut self, Parameters(P { a, b: c }): Parameters<P>, #[schemars(description = "u")] z: String, Parameters(req): Parameters<Q>, (x, y): (i32, i32)) -> Result<String, E> {
        Self::help(Self { a });
        Ok(req)
    }
}
static A: &str = "a";
`,
  'text and macros': `fn f() {
    let a = format!("x {} {a} {0:?} {n} {{}}", z, n = c);
    let b = "a".to_string() + &a + "b\\n\\
        c";
    let r = r#"raw "q""#;
    println!("{}", x.display());
    let v = vec![a, f(b)];
    let j = json!({"k": v, "l": [a.b, run(c)]});
    write!(out, "a {}", b)?;
    info!(target: "t", x = %y, "m {}", z);
    let m = matches!(x, Some(_));
    assert!(a == b, "m");
    ensure!(safe(&p), "unsafe");
    tokio::select! { r = a() => { b(r) } }
    bail!("no {x}");
}
`,
  'patterns, and values of if and match': `fn f() -> Result<u8> {
    let Some(v) = opt else { return Err(E::A("x".into())) };
    if let Ok(w) = f(a) && w > 1 { g(w); } else if b == c { h() } else { d() }
    let k = if a { log(); "x" } else { b };
    run(if a { "x" } else { b });
    let m = match s() { "a" | "b" if z => 1, E::A(q) => { use_it(&q); q.len() } E::B { x, .. } => x, (l, _) => l, other @ 1..=3 => other, _ => return Ok(x) };
    for (i, e) in xs.iter().enumerate() { if i > 1 { continue; } break; }
    while let Some(p) = stack.pop() { q(p)?; }
    loop { break; }
    match a { A => b, _ => c }
}
`,
  expressions: `async fn main() {
    let mut cmd = Command::new("sh");
    cmd.arg("-c").arg(&a);
    let out = cmd.output().await?;
    let f = |a: i32, (b, c)| a + b; let g = async move |x| { x };
    x = y; x.f[1] += 2; *p = q; self.a = z;
    let st = P { a, b: c, ..Default::default() };
    let t = ((a, 1), [1; 3], a as u8, t.0, Vec::<String>::new(), &mut a[..], -1, 'c');
    let bl = { let z = 1; z }; unsafe { danger(z) }; let fut = async { go(a).await };
    std::fs::write(&path, data)?;
}
`,
  'what could not be parsed, around it the rest': `fn f() { let x = ; run(y); }
fn g() { h() }
`,
} as const;

describe('readRust', () => {
  it('reads use, and paths nobody imports', () => {
    expect(read(SOURCES['use, and paths nobody imports'])).toMatchInlineSnapshot(`
      "
      import Command = std::process Command
      import S = std::process Stdio
      import process = std::process *
      import * = crate::a::b *
      import Y = self::x Y
      import serde = serde *
      import other = self::other *
      import crate::db = crate::db *
      import super = super *
      import tokio = tokio *
      fn f()
        tokio.fs.write(p, d)
        crate::db.query(q)
        super.Client.new()
        Command.new("sh")
      "
    `);
  });

  it('reads items: attributes, documentation, fields, impl', () => {
    expect(read(SOURCES['items: attributes, documentation, fields, impl'])).toMatchInlineSnapshot(`
      "
      @derive(Debug, Deserialize)
      class P
        doc "Arguments."
        field a: Annotated<String, #[schemars(description = "the a")]>
        field b: Option<Vec<u8>>
      class U
        field 0: String
        field 1: i32
      class T(Send)
        fn f(self, a: &str)
        fn g()
          return h()
      @tool_router
      class P(T)
        field N: u8 = 1
        @tool(name="n", description="d \\" e", annotations(read_only_hint=true))
        fn async run(self, {a, b as c}: Parameters<P>, z: Annotated<String, #[schemars(description = "u")]>, req: Parameters<Q>, {0 as x, 1 as y}: (i32, i32))
          doc "Runs.\\nMore."
          P.help(new P(a=a))
          return req
      A = "a"
      "
    `);
  });

  it('reads text and macros', () => {
    expect(read(SOURCES['text and macros'])).toMatchInlineSnapshot(`
      "
      import tokio = tokio *
      fn f()
        a = text("x ", z, " ", a, " ", z, " ", c, " {}")
        b = text("a".to_string(), a, "b\\nc")
        r = "raw \\"q\\""
        println(text(x.display()))
        v = [a, f(b)]
        j = {k: v, l: [a.b, run(c)]}
        write(out, text("a ", b))
        info(target, text("t", x, y, "m {}", z))
        m = test matches(x)
        if test ==(a, b)
        else
          throw
        if safe(p)
        else
          throw
        tokio.select(r, a(), b(r))
        throw text("no ", x)
      "
    `);
  });

  it('reads patterns, and values of if and match', () => {
    expect(read(SOURCES['patterns, and values of if and match'])).toMatchInlineSnapshot(`
      "
      fn f()
        v = opt
        if test let()
        else
          throw Err(E.A("x".into()))
        $1 = f(a)
        w = $1
        if test &&(test let($1), test >(w, 1))
          g(w)
        else
          if test ==(b, c)
            h()
          else
            d()
        if a
          log()
          k = "x"
        else
          k = b
        if a
          $2 = "x"
        else
          $2 = b
        run($2)
        $3 = s()
        switch $3
          case "a", "b"
            if z
              m = 1
          case E.A
            q = $3
            use_it(q)
            m = q.len()
          case E.B
            {x as x} = $3
            m = x
          case other()
            {0 as l} = $3
            m = l
          case other()
            other = $3
            m = other
          default
            return x
        loop {0 as i, 1 as e} over xs.iter().enumerate()
          if test >(i, 1)
            jump
          jump
        loop p over stack.pop()
          q(p)
        loop
          jump
        switch a
          case A
            return b
          default
            return c
      "
    `);
  });

  it('reads expressions', () => {
    expect(read(SOURCES.expressions)).toMatchInlineSnapshot(`
      "
      import std = std *
      fn async main()
        cmd = Command.new("sh")
        cmd.arg("-c").arg(a)
        out = cmd.output()
        f = fn (a: i32, {0 as b, 1 as c}) { return other(a, b) }
        g = fn async (x) { return x }
        x = y
        x.f[1] += 2
        p = q
        self.a = z
        st = new P(a=a, b=c, ...Default.default())
        t = [[a, 1], [1], a, t.0, Vec.new(), a[other()], -1, 'c']
        block
          z = 1
          bl = z
        danger(z)
        fut = go(a)
        std.fs.write(path, data)
      "
    `);
  });

  it('reads what could not be parsed, around it the rest', () => {
    expect(read(SOURCES['what could not be parsed, around it the rest'])).toMatchInlineSnapshot(`
      "
      fn f()
        run(y)
      fn g()
        return h()
      error 1-1
      "
    `);
  });

  it('gives lines as they are in the file, and the whole file as unread without a grammar', () => {
    const source = SOURCES['what could not be parsed, around it the rest'];
    const module = reader.read('x', source);
    expect(module.body[0]?.at.line).toBe(1);
    expect(module.errors.length).toBeGreaterThan(0);
    const unread = readRust(null).read('x', source);
    expect(unread).toEqual({
      ...module,
      imports: [],
      body: [],
      marks: null,
      errors: [{ line: 1, endLine: source.split('\n').length }],
    });
  });

  it('leaves out what stands beside the server to try it', () => {
    const module = reader.read(
      'x',
      'fn a() {}\n#[cfg(not(test))]\nfn b() {}\n#[tokio::test]\nasync fn c() {}\n#[cfg(test)]\nmod tests { fn d() {} }\nimpl S { #[cfg(test)] fn e() {} fn f() {} }\n',
    );
    expect(printModule(module)).not.toMatch(/\b[cde]\(/);
    expect(printModule(module)).toMatch(/\ba\(/);
    expect(printModule(module)).toMatch(/\bb\(/);
    expect(printModule(module)).toMatch(/\bf\(/);
  });
});

describe('readRust against hostile text', () => {
  holdsAgainstHostileText(() => reader, Object.values(SOURCES));
});
