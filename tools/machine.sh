#!/usr/bin/env bash
# Gives the machine what the tests need besides Python: Chromium, Japanese fonts, PostgreSQL, Java 17 or newer.
# On Debian as root it installs what is missing; elsewhere it names what is missing and the tests that will be skipped.
set -euo pipefail

has_chromium() { command -v chromium || command -v chromium-browser || command -v google-chrome; }
has_fonts() { command -v fc-list && fc-list :lang=ja | grep -q .; }
has_postgres() { command -v initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb'; }
has_java() {
  command -v java || return 1
  local version
  version=$(java -version 2>&1 | sed -nE 's/.*version "([0-9]+).*/\1/p' | head -n 1)
  [ "${version:-0}" -ge 17 ]
}

packages=() skipped=()
has_chromium >/dev/null || { packages+=(chromium); skipped+=("Chromium: the browser tests (tests/browser)"); }
has_fonts >/dev/null || { packages+=(fontconfig fonts-noto-cjk); skipped+=("Japanese fonts: pictures show boxes for Japanese"); }
has_postgres >/dev/null || { packages+=(postgresql); skipped+=("PostgreSQL: the tests that run on PostgreSQL"); }
has_java >/dev/null || { packages+=(default-jre-headless); skipped+=("Java 17: the Spark tests (tests/engines)"); }
[ ${#packages[@]} -eq 0 ] && exit 0

if [ -e /etc/debian_version ] && [ "$(id -u)" -eq 0 ]; then
  echo "Installing ${packages[*]} …"
  export DEBIAN_FRONTEND=noninteractive
  log=$(mktemp)
  if ! { apt-get update && apt-get install --yes --no-install-recommends "${packages[@]}"; } </dev/null >"$log" 2>&1; then
    cat "$log" >&2
    echo "apt could not install ${packages[*]}; its words are above." >&2
    exit 1
  fi
  rm -f "$log"
  exit 0
fi
echo "Missing on this machine, so these tests will be skipped:"
printf '  - %s\n' "${skipped[@]}"
if [ -e /etc/debian_version ]; then echo "To have them: sudo apt-get install ${packages[*]}"; fi
