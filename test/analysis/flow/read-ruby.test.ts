import { describe, expect, it } from 'vitest';
import { readRuby } from '../../../src/analysis/sources/read-ruby.ts';
import { loadGrammar } from '../../../src/analysis/sources/tree-grammar.ts';
import { holdsAgainstHostileText } from './hostile-sources.ts';
import { printModule } from './print-ir.ts';

const reader = readRuby(await loadGrammar('ruby'));
const read = (source: string): string => `\n${printModule(reader.read('x', source))}\n`;

const SOURCES = {
  classes: `require 'mcp'
require_relative 'lib/helper'
module Space
  # Reads files.
  class ReadTool < MCP::Tool
    tool_name "read_file"
    input_schema(properties: { path: { type: "string" } }, "x" => 1)
    ROOT = "/x"
    attr_reader :root
    class << self
      def call(path:, server_context: nil, n: 3, **rest) = ROOT + path
    end
    def self.other(a, b = 2, *c, &blk) = blk.call(a)
    def initialize(root); @root = root; super(); end
    def go; yield @root; self.root; end
    private def hidden; root; end
  end
end
`,
  expressions: `def f(path, n, rest)
  out = \`cat #{path}\`; text = %x(ls #{path}); s = "a" "b" + 'c' + %w[a b].first; t = "%s x" % path
  @cache ||= {}; @cache[path] = out; list = [1, *rest]; list << path
  h = { a: path, "b" => 2, **rest }; a, b = path, 1
  r = list.map { |x| x.to_s + path }.select(&:present?); fn = ->(x) { x + path }; fn.call(path)
  path&.strip; obj.send(:foo, path); Foo::Bar.new(path); path =~ /x/; doc = <<~TXT
    hello #{path}
    bye
  TXT
  path || "z"
end
`,
  statements: `def f(path, n)
  raise ArgumentError, "bad" unless path.start_with?("/")
  return 1 if path == "a"
  v = case path when "a", "b" then 1 when /x/ then 2 else 3 end
  w = if n > 1 then path elsif n == 1 then "y" else "z" end
  list.each do |x, (y, z)| next if x == 1; puts x end
  begin
    go(path)
  rescue IOError => e
    e.message
  ensure
    done
  end
  while n < 3 do n += 1 end
  case [1, path] in [a1, b1] then a1 in {name: String => nm} then nm end
  path.strip or raise "x"
  go(path) rescue nil
end
get '/x' do params[:a] end
`,
};

describe('the reader of Ruby', () => {
  it('reads classes with what they declare', () => {
    expect(read(SOURCES.classes)).toMatchInlineSnapshot(`
      "
      import  = mcp *
      import  = ./lib/helper *
      require("mcp")
      require_relative("lib/helper")
      @tool_name("read_file")
      @input_schema(properties={path: {type: "string"}}, {x: 1})
      class ReadTool(MCP.Tool)
        doc "Reads files."
        field tool_name = "read_file"
        field input_schema = {properties: {path: {type: "string"}}, ?: {x: 1}}
        field ROOT = "/x"
        fn root()
          return this.@root
        fn call(path, server_context = null, n = 3, ...rest)
          return other(this.ROOT, path)
        fn other(a, b = 2, ...c, yield)
          blk = yield
          return blk.call(a)
        fn <init>(root)
          this.@root = root
          super()
        fn go(yield)
          yield(this.@root)
          return this.root()
        fn hidden()
          return this.root()
      "
    `);
  });

  it('reads expressions', () => {
    expect(read(SOURCES.expressions)).toMatchInlineSnapshot(`
      "
      fn f(path, n, rest)
        out = Kernel.backtick(text("cat ", path))
        text = Kernel.backtick(text("ls ", path))
        s = text("a", "b", "c", ["a", "b"].first())
        t = text(path, " x")
        this.@cache = choice(this.@cache, {})
        this.@cache[path] = out
        list = [1, rest[null]]
        list.push(path)
        h = {a: path, b: 2, ...: rest}
        {0 as a, 1 as b} = [path, 1]
        r = list.map(yield=fn (x) { return other(x.to_s(), path) }).select(yield=fn ($1) { return $1.present?() })
        fn = fn (x) { return other(x, path) }
        fn.call(path)
        path.strip()
        obj().foo(path)
        new Foo.Bar(path)
        path.match?(/x/)
        doc = text("hello ", path, "\\n    bye\\n  ")
        return choice(path, "z")
      "
    `);
  });

  it('reads statements', () => {
    expect(read(SOURCES.statements)).toMatchInlineSnapshot(`
      "
      fn f(path, n)
        if test !(path.start_with?("/"))
          throw "bad"
        if test ==(path, "a")
          return 1
        switch path
          case "a", "b"
            $1 = 1
          case /x/
            $1 = 2
          default
            $1 = 3
        v = $1
        if test >(n, 1)
          $2 = path
        else
          if test ==(n, 1)
            $2 = "y"
          else
            $2 = "z"
        w = $2
        list().each(yield=fn (x, {0 as y, 1 as z}) { if test ==(x, 1) return return puts(x) })
        try
          go(path)
        catch e
          e.message()
        finally
          done()
        loop while test <(n, 3)
          n += 1
        $3 = other([1, path], other(a1(), b1()))
        switch $3
          case other()
            nm = $3.name
        if path.strip()
        else
          throw "x"
        try
          return go(path)
        catch
          return null
      get("/x", yield=fn () { return params().a })
      error 15-15
      "
    `);
  });

  holdsAgainstHostileText(() => reader, Object.values(SOURCES));
});
