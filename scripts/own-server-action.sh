#!/usr/bin/env bash
# What own-server/action.yml runs: the leads of one's own server with the action's inputs, as outputs and the job's summary.
set -euo pipefail
mkdir -p "$OUT"
rm -f "$OUT/leads.sarif" "$OUT/leads.json" "$OUT/leads.md"
args=(collect "$FOLDER" --own --cache "$OUT/cache"
  --format sarif --out "$OUT/leads.sarif" --format json --out "$OUT/leads.json" --format markdown --out "$OUT/leads.md")

# A new branch has nothing before it; a shallow checkout lacks what was.
known() {
  case "$1" in '' | 0000000*) return 1 ;; esac
  git -C "$FOLDER" cat-file -e "$1^{commit}" 2>/dev/null ||
    git -C "$FOLDER" fetch --quiet --no-tags --depth=1 origin "$1" 2>/dev/null
}
if known "$SINCE"; then
  args+=(--base "$SINCE")
elif [ -n "$SINCE" ]; then
  echo "What was there before ($SINCE) cannot be had, so this run compares with nothing but a baseline." >&2
fi
if [ -n "$POLICY_FROM" ]; then
  # Without it a change could excuse itself: better no run than that.
  known "$POLICY_FROM" || { echo "The commit whose policy counts ($POLICY_FROM) cannot be had: check out with fetch-depth: 0" >&2; exit 2; }
  args+=(--policy-from "$POLICY_FROM")
fi
while IFS= read -r what; do
  [ -z "$what" ] || args+=(--fail-on "$what")
done <<<"$FAIL_ON"

node=$(cd "$ACTION" && npx --no-install node -p process.execPath)
code=0
MCP_AUDIT_HOME="$OUT/home" "$node" "$ACTION/dist/cli.js" "${args[@]}" || code=$?
if [ -f "$OUT/leads.sarif" ]; then
  printf 'sarif=%s\nleads=%s\nsummary=%s\n' "$OUT/leads.sarif" "$OUT/leads.json" "$OUT/leads.md" >>"${GITHUB_OUTPUT:-/dev/null}"
  cat "$OUT/leads.md" >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
fi
exit "$code"
