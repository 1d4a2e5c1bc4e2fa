#!/usr/bin/env bash
# Build the page into src/contrafact/app/static; with --check, fail where what is committed there is something else.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
python=../.venv/bin/python
static=../src/contrafact/app/static
[ -d node_modules ] || npm ci --silent
npx tsc --noEmit
if [ "${1:-}" = "--check" ]; then
  built=$(mktemp -d)
  trap 'rm -rf "$built"' EXIT
  npx vite build --logLevel error --outDir "$built"
  npx vite build --logLevel error --outDir "$built" --config vite.widget.config.ts
  diff -r --exclude locale "$built" "$static" || { echo "the page is not what its sources build; run: make page" >&2; exit 1; }
  "$python" catalogues.py --check
else
  npx vite build --logLevel error
  npx vite build --logLevel error --config vite.widget.config.ts
  "$python" catalogues.py
fi
