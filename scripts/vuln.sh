#!/bin/bash
# Known holes: what the Go vulnerability database knows of our modules, of the
# standard library and of the toolchain, as far as our code calls it. The
# database comes by the module proxy, like everything else. A hole that cannot
# be mended stands in docs/security.md with the reason; any other fails.
# VULNDB=latest asks the newest database instead of the one pinned here.
set -Eeuo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

tools=$(mktemp -d)
trap 'status=$?; rm -rf "$tools"; words_at_the_end $status' EXIT

govulncheck=golang.org/x/vuln/cmd/govulncheck@v1.9.0
vulndb=golang.org/x/vulndb@${VULNDB:-v0.0.0-20261105234957-e22db6528018}
accepted=$repo/docs/security.md

use_go
cd "$repo"
# The folder of a module's source: the checksum database vouches for it.
folder=$(go mod download -json "$vulndb" | sed -n 's/^\t"Dir": "\(.*\)",*$/\1/p')
[[ -d $folder/data/osv ]] || fail "the vulnerability database $vulndb could not be had by the module proxy"

# Not by go run, which turns every status into 1.
GOBIN=$tools go install "$govulncheck" || fail "govulncheck could not be built (see above)"
status=0
found=$("$tools/govulncheck" -db "file://$folder/data/osv" ./... 2>&1) || status=$?
# 3 says that there are findings; anything else, that none were looked for.
((status == 0 || status == 3)) || { printf '%s\n' "$found" >&2; fail "govulncheck ended with status $status"; }

mapfile -t holes < <(sed -n 's/^Vulnerability #[0-9]*: \(GO-[0-9-]*\)$/\1/p' <<<"$found")
((status == 0 || ${#holes[@]})) || { printf '%s\n' "$found" >&2; fail "govulncheck found something, and names nothing"; }
new=()
for hole in "${holes[@]}"; do
	grep -qw -- "$hole" "$accepted" || new+=("$hole")
done
((${#new[@]} == 0)) || { printf '%s\n' "$found" >&2; fail "known holes reach the program: ${new[*]}. Move to a version without them, or say in docs/security.md why not"; }
good "no known hole reaches the program, by ${vulndb#*@}${holes[*]:+ but those in docs/security.md: ${holes[*]}}"
