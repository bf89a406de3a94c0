#!/usr/bin/env bash
# What action.yml runs: the validator with the action's inputs, its logs as outputs, its review as the job's summary.
set -euo pipefail
mkdir -p "$OUT"
args=(validate "$FOLDER" --fail-on "$FAIL_ON" --sarif "$OUT/audit.sarif" --review "$OUT/review.md")
case "$FOLDER" in /*) ;; *) args+=(--base "$FOLDER") ;; esac
[ "$FETCH" != true ] || args+=(--fetch)
[ "$STRICT" != true ] || args+=(--strict)
while IFS= read -r target; do
  [ -z "$target" ] || args+=(--target "$target")
done <<<"$TARGETS"
node=$(cd "$ACTION" && npx --no-install node -p process.execPath)
code=0
MCP_AUDIT_HOME="$OUT/home" "$node" "$ACTION/dist/cli.js" "${args[@]}" || code=$?
if [ -f "$OUT/audit.sarif" ]; then
  printf 'sarif=%s\nreview=%s\n' "$OUT/audit.sarif" "$OUT/review.md" >>"${GITHUB_OUTPUT:-/dev/null}"
  cat "$OUT/review.md" >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
fi
exit "$code"
