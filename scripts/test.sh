#!/bin/bash
# Every test, on Debian 12 or 13 as root: installs what is missing, checks,
# builds, and runs the tests, real Samba forests among them. Without root it
# runs what needs none, says what it did not run, and fails.
set -Eeuo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/node.sh"
. "$(dirname "${BASH_SOURCE[0]}")/jobs.sh"
own_root "$repo/test" "$@"

case ${1:-} in
'') ;;
-h | --help)
	cat <<'TEXT'
usage: ./test
Installs what is missing and runs all tests; needs root for the ones that make
network namespaces and domain controllers. Ends with 0 only if all were run and
all passed. A single package: go test ./trust/
TEXT
	exit
	;;
*) echo "usage: ./test" >&2; exit 2 ;;
esac

root=''
(($(id -u) != 0)) || root=yes
log=$(mktemp)
cd "$repo"

end_test() {
	local status=$?
	set +eE
	trap - ERR EXIT
	trap '' INT TERM HUP
	end_running
	rm -f "$log"
	words_at_the_end "$status"
	exit "$status"
}
trap end_test EXIT
trap 'unexpected $? $LINENO "${BASH_SOURCE[0]}" "$BASH_COMMAND"' ERR
trap 'last_words=interrupted; exit 130' INT TERM HUP

# world lists what tests must not leave behind.
world() {
	[[ -n $root ]] || return 0
	ls /run/netns 2>/dev/null | sed 's/^/network namespace /'
	ip -o link show 2>/dev/null | awk -F': ' '{sub(/@.*/, "", $2); print "network interface " $2}'
	awk '{print "mount " $5}' /proc/self/mountinfo | grep -E 'entente|forest' || true
	ls -d /run/entente/* /run/forest/* 2>/dev/null | sed 's/^/folder /' || true
	pgrep -f '^(/[^ ]*/)?entente |/forest\.sh |(^|/)samba -|samba: root process' -l | sed 's/^/process /' || true
}

# check_console lints the console and runs its own tests.
check_console() { cd console && npm run --silent lint && npm run --silent test; }

# long are the packages whose tests take minutes, the longest first.
long=(tests/console tests/scenario tests/regions tests/walkthrough tests/managed tests/terraform
	tests/crash reconcile/directories tests/interop engine/samba engine/lsa tests/forest)

# in_order lists all packages, those of long at the end.
in_order() {
	local module names
	module=$(go list -m)
	names=$(printf "$module/%s\n" "${long[@]}")
	go list ./... | grep -vxF "$names"
	printf '%s\n' "$names"
}

# show_verdicts shows each package's line as it comes while the process $1
# runs, and of the rest only what failed.
show_verdicts() {
	tail -n +1 -f --pid="$1" "$log" | grep --line-buffered -E '^(ok|FAIL)[[:space:]]|^--- FAIL|^panic:' | sed -u 's/^/    /' || true
}

# what_failed prints of a log of go test -v what failed tests printed, at most
# the last 60 lines of each, and of packages that did not get to a verdict.
what_failed() {
	awk '
	function show(name,   i, from) {
		print "--- " name
		from = count[name] > 60 ? count[name] - 60 : 0
		for (i = from; i < count[name]; i++) print "    " text[name, i]
	}
	function reset() { split("", count); split("", text); split("", failed); failures = 0; now = "" }
	/^=== PAUSE/ {next}
	/^=== (RUN|NAME|CONT)/ {now = $3; next}
	/^ *--- FAIL: / {failed[failures++] = $3; now = $3; next}
	/^ *--- (PASS|SKIP): / {now = ""; next}
	/^(PASS|FAIL)$/ {next}
	/^FAIL\t/ {
		print $0
		for (i = 0; i < failures; i++) show(failed[i])
		if (!failures) for (name in count) show(name)
		reset(); next
	}
	/^(ok  |\?   )\t/ {reset(); next}
	{text[now, count[now]++] = $0}' "$1"
}

step "Installing what is missing"
if [[ -n $root ]]; then
	run scripts/install.sh --tests || fail "the installation failed (see above)"
else
	scripts/install.sh --tests --dry-run || true
fi
use_go

step "Building the console"
run build_console || fail "the console does not build (see above)"
use_node || fail "there is no Node (see above)"
good "node $(node --version)"

# The console's tools keep one core busy, Go's the others.
step "Checking, building, and testing the console"
begin check_console
console=$!
unformatted=$(git ls-files -- '*.go' 2>/dev/null | xargs -r gofmt -l)
[[ -z $unformatted ]] || fail "not formatted with gofmt: $unformatted"
run go vet ./... || fail "go vet complains (see above)"
run go build ./... || fail "the build failed (see above)"
good "$(go env GOVERSION): formatted, vetted, built"
run scripts/lint-python.sh || fail "Python files are not clean (see above)"
finish "$console" || fail "the console is not clean, or its tests fail (see above)"
good "the console: linted, tested"

step "Looking for known vulnerabilities"
run scripts/vuln.sh || fail "known vulnerabilities reach the program, or could not be looked for (see above)"

step "Testing"
before=$(world)
# Under CI a test that cannot run fails instead of being skipped.
[[ -z $root ]] || export CI=true
# Two packages at a time: more would only make domain controllers wait for
# each other on a small machine. What takes seconds comes first, then what takes
# longest, so that no lane is alone with it at the end. go vet has looked at
# all of them already.
mapfile -t packages < <(in_order)
begin go test -v -vet=off -count=1 -p 2 -timeout 40m "${packages[@]}" >"$log" 2>&1
tests=$!
begin show_verdicts "$tests"
shown=$!
status=0
finish "$tests" || status=$?
finish "$shown" || true

passed=$(grep -cE '^ *--- PASS' "$log" || true)
failed=$(grep -cE '^ *--- FAIL' "$log" || true)
mapfile -t skipped < <(grep -E '^ *--- SKIP' "$log" | awk '{print $3}')
if ((status)); then
	step "What failed"
	what_failed "$log"
fi
step "Looking for what tests left behind"
sleep 1 # what is killed with a test's process needs a moment to go
left=$(comm -13 <(sort <<<"$before") <(world | sort))
[[ -n $left ]] && printf '%s\n' "$left" || good "nothing"
step_done

printf '\n%s passed, %s failed, %s not run\n' "$passed" "$failed" "${#skipped[@]}"
elapsed
((status == 0)) || fail "$failed tests failed (see above)"
[[ -z $left ]] || fail "tests left something behind (see above)"
if ((${#skipped[@]})); then
	printf '  not run: %s\n' "${skipped[@]}"
	fail "${#skipped[@]} tests were not run$([[ -n $root ]] || echo ": they need root")"
fi
[[ -n $root ]] || fail "without root, tests of real domain controllers were not run"
printf '%sall tests passed%s\n' "$green" "$plain"
