#!/usr/bin/env bash
# Installs what the tests need and the machine lacks, or says exactly what to
# install. A missing piece is a failure, never a skipped test.
set -euo pipefail

fail() { printf 'make deps: %s\n' "$1" >&2; exit 1; }

command -v go >/dev/null || fail "Go is missing: install it from https://go.dev/dl"
command -v npm >/dev/null || fail "Node and npm are missing: install Node 20 or newer"

missing=()
command -v chromium >/dev/null || missing+=(chromium fonts-dejavu-core)
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null || missing+=(postgresql)
command -v espeak-ng >/dev/null || missing+=(espeak-ng) # the voice of last resort
command -v cc >/dev/null || missing+=(gcc libc6-dev) # for the race detector
[ ${#missing[@]} -eq 0 ] && exit 0

apt=()
if [ "$(id -u)" -eq 0 ]; then apt=(apt-get)
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then apt=(sudo -n apt-get)
fi
if [ ${#apt[@]} -eq 0 ] || ! command -v apt-get >/dev/null; then
  fail "the tests need ${missing[*]}; install with: sudo apt-get install ${missing[*]}"
fi

printf 'installing %s\n' "${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${apt[@]}" update -qq >/dev/null
"${apt[@]}" install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
  fail "apt could not install ${missing[*]}; install them by hand and try again"
