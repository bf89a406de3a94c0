import type { Samples } from './samples.ts';

export const errors: Samples = {
  'failure-not-marked': {
    found: [
      [
        'a.ts',
        "server.tool('a', {}, async () => {\n  try {\n    return ok(await work());\n  } catch (error) {\n    return { content: [{ type: 'text', text: `Error: ${error.message}` }] };\n  }\n});\n",
      ],
    ],
    clean: [
      [
        'a.ts',
        "server.tool('a', {}, async () => {\n  try {\n    return ok(await work());\n  } catch (error) {\n    return { content: [{ type: 'text', text: `Error: ${error.message}` }], isError: true };\n  }\n});\n",
      ],
      ['a.ts', "const result = () => ({ content: [{ type: 'text', text: 'Errors found: 0' }] });\n"],
    ],
  },
  'html-not-escaped': {
    found: [
      [
        'a.ts',
        "const page = `<div onclick=\"go('${element.text}')\">${element.text}</div>`;\nres.type('text/html');\n",
      ],
    ],
    clean: [
      ['a.ts', "const page = `<div>${escapeHtml(element.text)}</div>`;\nres.type('text/html');\n"],
      [
        'b.ts',
        "const name = client?.name ? sanitizeHtml(client.name) : 'x';\nconst page = `<div>${name || 'y'}</div>`;\nres.type('text/html');\n",
      ],
    ],
  },
  'stdout-written': {
    found: [
      ['a.ts', "console.log('called');\nserver.connect(new StdioServerTransport());\n"],
      [
        'a.py',
        'def tool():\n    print("called")\n\nasync def main():\n    async with stdio_server() as s:\n        pass\n',
      ],
    ],
    clean: [
      ['a.ts', "console.error('called');\nserver.connect(new StdioServerTransport());\n"],
      ['a.py', 'import sys\nprint("x", file=sys.stderr)\nmcp.run(transport="stdio")\n'],
      ['b.ts', "console.log('no stdio here');\n"],
    ],
  },
  'stack-to-client': {
    found: [
      ['a.ts', "return {\n  isError: true,\n  content: [{ type: 'text', text: `${err.stack}` }],\n};\n"],
      ['a.py', 'except Exception:\n    return {"error": traceback.format_exc()}\n'],
    ],
    clean: [
      [
        's.ts',
        'try { go(); } catch (e) {\n  if (e.stack) {\n    logger.error(e.stack);\n  }\n  return { isError: true };\n}\n',
      ],
      [
        'm.ts',
        'function f() {\n  try { go(); } catch (error) {\n    console.error("failed", {\n      message: error.message,\n      stack: error.stack,\n    });\n    return { isError: true };\n  }\n}\n',
      ],
      ['a.ts', 'console.error(err.stack);\nreturn { ok: false };\n'],
    ],
  },
  'error-text-to-client': {
    found: [
      ['a.ts', "return { content: [{ type: 'text', text: JSON.stringify(error.response?.data ?? {}) }] };\n"],
      ['a.py', 'except Exception as e:\n    return f"Error: {e}"\n'],
    ],
    clean: [
      ['a.ts', 'console.error(error.message);\n'],
      ['a.py', 'logger.error(f"failed: {e}")\n'],
      [
        'b.py',
        'def go(c):\n    try:\n        return c.get()\n    except E as e:\n        logger.error(\n            f"failed: {e} {e.response.text[:500]}"\n        )\n        raise\n',
      ],
    ],
  },
  'debug-on': {
    found: [
      ['a.py', 'app = FastAPI(debug=True)\n'],
      ['b.py', 'DEBUG = True\n'],
    ],
    clean: [['a.py', 'DEBUG = False\n']],
  },
};
