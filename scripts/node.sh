# Node for building and testing the console. Sourced after lib.sh.
# Debian 12's own is too old for the tools of today; npm's registry carries
# newer ones, of which the one pinned here goes into a cache folder.

node_needed=22.18
node_version=24.21.0
declare -A node_hash=(
	[x64]=sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==
	[arm64]=sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==
)

node_cache() { echo "${XDG_CACHE_HOME:-$HOME/.cache}/entente/node-$node_version"; }

# find_node prints the path of a node that is new enough.
find_node() {
	local candidate
	for candidate in "$(command -v node || true)" "$(node_cache)/package/bin/node"; do
		if [[ -x $candidate ]] && version_at_least "$("$candidate" --version | tr -d v)" "$node_needed"; then
			echo "$candidate"
			return 0
		fi
	done
	return 1
}

# fetch_node gets the pinned node from npm's registry and checks its hash.
fetch_node() {
	local arch dir tarball hash
	case $(uname -m) in
	x86_64) arch=x64 ;;
	aarch64) arch=arm64 ;;
	*) return 1 ;;
	esac
	command -v npm >/dev/null || return 1
	dir=$(mktemp -d) || return 1
	tarball=$dir/node-linux-$arch-$node_version.tgz
	if ! (cd "$dir" && npm pack --silent "node-linux-$arch@$node_version") >/dev/null 2>"$dir/log"; then
		tail -n 3 "$dir/log" >&2
		rm -rf "$dir"
		return 1
	fi
	hash=sha512-$(sha512sum "$tarball" | cut -d' ' -f1 | hex_to_base64)
	if [[ $hash != "${node_hash[$arch]}" ]]; then
		echo "node $node_version has the hash $hash, not ${node_hash[$arch]}" >&2
		rm -rf "$dir"
		return 1
	fi
	tar -xzf "$tarball" -C "$dir" package/bin/node package/LICENSE && rm "$tarball" &&
		mkdir -p "$(dirname "$(node_cache)")" && rm -rf "$(node_cache)" && mv "$dir" "$(node_cache)"
}

# hex_to_base64 turns hexadecimal digits into base64.
hex_to_base64() {
	local hex
	read -r hex
	printf '%b' "$(sed 's/../\\x&/g' <<<"$hex")" | base64 -w0
}

# use_node puts a node that is new enough on the path.
use_node() {
	local node
	node=$(find_node) || { fetch_node && node=$(find_node); } || return 1
	PATH=$(dirname "$node"):$PATH
	export PATH
}

# console_packages installs what the lock file names, if that has not happened.
console_packages() {
	local stamp=$repo/console/node_modules/.entente-lock
	cmp -s "$repo/console/package-lock.json" "$stamp" && return 0
	# A Node that is not Debian's trusts its own list of authorities unless told
	# that the machine's is meant, where a company's proxy may be.
	(cd "$repo/console" && NODE_OPTIONS="${NODE_OPTIONS:-} --use-system-ca" npm ci --ignore-scripts --no-fund --no-audit --loglevel=error) &&
		cp "$repo/console/package-lock.json" "$stamp"
}

# build_console builds the console into console/dist/app, where go build finds
# it. Nothing is done when no source has changed since.
build_console() {
	local app=$repo/console/dist/app
	if [[ -f $app/index.html && -z $(find "$repo/console" -path "$repo/console/node_modules" -prune -o -path "$repo/console/dist" -prune \
		-o -type f ! -name '*.go' -newer "$app/index.html" -print -quit) ]]; then
		return 0
	fi
	use_node && console_packages && (cd "$repo/console" && npm run --silent build >"$repo/console/dist/build.log" 2>&1) ||
		{ tail -n 15 "$repo/console/dist/build.log" 2>/dev/null >&2 || true; return 1; }
}
