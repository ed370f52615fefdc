#!/bin/bash
# Builds the console into console/dist/app, from where the next go build takes
# it into the binary. Needs npm; gets a newer node by it when there is none.
set -Eeuo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$repo/scripts/node.sh"

case ${1:-build} in
build) build_console ;;
lint) use_node && console_packages && cd "$repo/console" && npm run --silent lint ;;
test) use_node && console_packages && cd "$repo/console" && npm run --silent test ;;
types) use_node && console_packages && cd "$repo/console" && npm run --silent types ;;
format) use_node && console_packages && cd "$repo/console" && npm run --silent format ;;
*) echo "usage: scripts/console.sh [build|lint|test|types|format]" >&2; exit 2 ;;
esac
