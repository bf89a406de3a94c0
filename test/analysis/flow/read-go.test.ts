import { describe, expect, it } from 'vitest';
import { readGo } from '../../../src/analysis/sources/read-go.ts';
import { loadGrammar } from '../../../src/analysis/sources/tree-grammar.ts';
import { holdsAgainstHostileText } from './hostile-sources.ts';
import { printModule } from './print-ir.ts';

const reader = readGo(await loadGrammar('go'));
const read = (source: string): string => `\n${printModule(reader.read('x', source))}\n`;

const SOURCES = {
  imports: `package main
import (
	"fmt"
	m "github.com/x/y/v2"
	"github.com/x/y/v2"
	. "strings"
	_ "embed"
	"gopkg.in/yaml.v3"
	"github.com/google/go-github/github"
)
import "os/exec"
`,
  declarations: `package a
const A, B = "a", 2
const (
	C = iota
	D
)
var x, y int = 1, 2
var (
	z = f()
	w string
)
`,
  'types, what they embed, and their methods apart': `package a

// Server does.
// More.
type Server struct {
	http.Client
	*Base
	Name, Other string \`json:"name"\`
}
type Runner interface {
	// Run runs.
	Run(ctx context.Context, a string) error
	io.Reader
}
type Alias = Server

// Run does.
func (s *Server) Run(ctx context.Context, a, b string, rest ...int) (out string, err error) {
	out = s.Name
	return
}
func (s *Server) Other() {}
func (o Elsewhere[T]) M() {}
func Gen[T any](x T) {}
`,
  'assignments of several values': `package a
func f() {
	cmd, err := exec.Command("sh", "-c", a), nil
	n, err := f(a)
	_, err = g()
	a, b = b, a
	v, ok := m[k]
	s, ok := v.(string)
	_, ok = load().(string)
	x += 1
	s.m["k"][i] = v
	var e error
	ch <- a
	i++
}
`,
  text: `package a
var s = fmt.Sprintf("x %s %[1]d %% %v", a, b)
var t = "a" + b + \`raw\\n\` + "q\\t\\x41"
var u = fmt.Sprint(a, b)
var v = fmt.Sprintf(format, a...)
var w = a + b
`,
  'what is made': `package a
var l = []string{"a", b}
var m = map[string]any{"a": b, c: d}
var t = &T{Name: a, Other: "x"}
var u = pkg.T{a, b}
var v = []T{{Name: "q"}, {"z"}}
var w = []*T{{Name: "q"}}
var q = mcp.NewTool("x", mcp.WithDescription("d"), opts...)
var g = Get[string](x)
var h = handlers[i](x)
var n = new(T)
var k = make([]byte, 3)
var args = append(args, a, rest...)
var b = string([]byte(a)[1:2])
var p = *ptr
var e = !a && b == c || d
var f = func(a int) (int, error) { return a, nil }
`,
  'control flow': `package a
func f() error {
	if v, ok := m[k]; ok && !bad {
		return err
	} else if a == b {
		g()
	} else {
		h()
	}
	for i := 0; i < 3; i++ { continue }
	for k, v := range xs() { use(k, v) }
	for _, v := range xs {}
	for range 3 {}
	for cond {}
	for { break }
	switch a := f(); a {
	case "x", "y": g()
	default: h()
	}
	switch {
	case a > b, c: q()
	case d: r()
	default: s()
	}
	switch t := v.(type) {
	case string: u(t)
	}
	select {
	case m := <-ch: g(m)
	case ch <- 1:
	default:
	}
	go func(p string) { run(p) }(a)
	defer f.Close()
L:
	goto L
	return nil
}
`,
  'what could not be parsed, around it the rest': `package a
var x = 1
func f( {
	exec.Command(x)
}
var y = 2
`,
} as const;

describe('readGo', () => {
  it('reads imports', () => {
    expect(read(SOURCES.imports)).toMatchInlineSnapshot(`
      "
      import fmt = fmt *
      import m = github.com/x/y/v2 *
      import y = github.com/x/y/v2 *
      import * = strings *
      import _ = embed *
      import yaml = gopkg.in/yaml.v3 *
      import github = github.com/google/go-github/github *
      import exec = os/exec *
      "
    `);
  });

  it('reads declarations', () => {
    expect(read(SOURCES.declarations)).toMatchInlineSnapshot(`
      "
      A = "a"
      B = 2
      C = iota
      x = 1
      y = 2
      z = f()
      w = other()
      "
    `);
  });

  it('reads types, what they embed, and their methods apart', () => {
    expect(read(SOURCES['types, what they embed, and their methods apart'])).toMatchInlineSnapshot(`
      "
      class Server(http.Client, Base)
        doc "Server does.\\nMore."
        field Name: string
        field Other: string
      class Runner(io.Reader)
        fn Run(ctx: context.Context, a: string)
          doc "Run runs."
      class Alias(Server)
      class Server
        fn [s] Run(ctx: context.Context, a: string, b: string, ...rest: int)
          doc "Run does."
          out = s.Name
          return [out, err]
        fn [s] Other()
      class Elsewhere
        fn [o] M()
      fn Gen(x: T)
      "
    `);
  });

  it('reads assignments of several values', () => {
    expect(read(SOURCES['assignments of several values'])).toMatchInlineSnapshot(`
      "
      fn f()
        cmd = exec.Command("sh", "-c", a)
        err = null
        {0 as n, 1 as err} = f(a)
        {1 as err} = g()
        a = b
        b = a
        v = m[k]
        ok = test in(v)
        s = v
        ok = test in(s)
        ok = test in(load())
        x += 1
        s.m.k[i] = v
        e = other()
        ch += a
      "
    `);
  });

  it('reads text', () => {
    expect(read(SOURCES.text)).toMatchInlineSnapshot(`
      "
      s = text("x ", a, " ", a, " % ", b)
      t = text("a", b, "raw\\\\n", "q\\tA")
      u = text(a, b)
      v = text(format, a)
      w = other(a, b)
      "
    `);
  });

  it('reads what is made', () => {
    expect(read(SOURCES['what is made'])).toMatchInlineSnapshot(`
      "
      l = ["a", b]
      m = {a: b, ?: other(c, d)}
      t = new T(Name=a, Other="x")
      u = new pkg.T(a, b)
      v = [new T(Name="q"), new T("z")]
      w = [new T(Name="q")]
      q = mcp.NewTool("x", mcp.WithDescription("d"), ...opts)
      g = Get(x)
      h = handlers[i](x)
      n = new T()
      k = []
      args = [args[null], a, rest[null]]
      b = a
      p = ptr
      e = test ||(test &&(test !(a), test ==(b, c)), d)
      f = fn (a: int) { return [a, null] }
      "
    `);
  });

  it('reads control flow', () => {
    expect(read(SOURCES['control flow'])).toMatchInlineSnapshot(`
      "
      fn f()
        v = m[k]
        ok = test in(v)
        if test &&(ok, test !(bad))
          return err
        else
          if test ==(a, b)
            g()
          else
            h()
        i = 0
        loop while test <(i, 3)
          jump
        $1 = xs()
        loop v over $1
          k = other($1)
          use(k, v)
        loop v over xs
        loop over 3
        loop while cond
        loop
          jump
        a = f()
        switch a
          case "x", "y"
            g()
          default
            h()
        if test ||(test >(a, b), c)
          q()
        else
          if d
            r()
          else
            s()
        t = v
        switch v
          case other()
            u(t)
        switch null
          case other()
            m = ch
            g(m)
          case other()
            ch += 1
          default
        fn (p: string) { run(p) }(a)
        f.Close()
        jump
        return null
      "
    `);
  });

  it('reads what could not be parsed, around it the rest', () => {
    expect(read(SOURCES['what could not be parsed, around it the rest'])).toMatchInlineSnapshot(`
      "
      x = 1
      fn f()
        exec.Command(x)
      y = 2
      error 3-3
      "
    `);
  });

  it('gives lines as they are in the file, and the whole file as unread without a grammar', () => {
    const source = SOURCES['what could not be parsed, around it the rest'];
    const module = reader.read('x', source);
    expect(module.body[0]?.at.line).toBe(2);
    expect(module.errors.length).toBeGreaterThan(0);
    const unread = readGo(null).read('x', source);
    expect(unread).toEqual({
      ...module,
      marks: null,
      imports: [],
      body: [],
      errors: [{ line: 1, endLine: source.split('\n').length }],
    });
  });
});

describe('readGo against hostile text', () => {
  holdsAgainstHostileText(() => reader, Object.values(SOURCES));
});
