"""Statistics over the notes index, as a second MCP server."""

import os
import sqlite3

import requests
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes-stats")
DATABASE = os.environ.get("NOTES_INDEX", "notes.db")


@mcp.tool()
def count_by_tag(tag: str) -> int:
    """Number of notes that carry a tag."""
    with sqlite3.connect(DATABASE) as db:
        row = db.execute(f"SELECT count(*) FROM notes WHERE tag = '{tag}'").fetchone()
    return row[0]


@mcp.tool()
def longest_notes(limit: int = 10) -> list[str]:
    """Names of the longest notes, at most 100."""
    with sqlite3.connect(DATABASE) as db:
        rows = db.execute("SELECT name FROM notes ORDER BY length DESC LIMIT ?", (min(limit, 100),)).fetchall()
    return [name for (name,) in rows]


@mcp.tool()
def import_from_url(url: str) -> str:
    """Text of a page, to be kept as a note."""
    response = requests.get(url, timeout=30, verify=False)
    return response.text


if __name__ == "__main__":
    mcp.run()
