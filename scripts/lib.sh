# What ./demo, ./test and scripts/install.sh share: how they speak, how they
# find Go. Sourced, not run. Bash 5, set -Eeuo pipefail.

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export HOME=${HOME:-/root} LC_ALL=C.UTF-8
# Debian's administrator tools are not on every user's path.
export PATH=$PATH:/usr/sbin:/sbin

bold='' dim='' red='' green='' plain=''
if [[ -t 1 && ${TERM:-dumb} != dumb && -z ${NO_COLOR:-} ]]; then
	bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' green=$'\e[32m' plain=$'\e[0m'
fi

# clock gives the time in milliseconds since some moment.
clock() { local t=${EPOCHREALTIME/[.,]/}; echo $((10#$t / 1000)); }
lib_began=$(clock)

# took gives the time since the moment $1: "1 min 02 s" or "3.4 s".
took() {
	local ms=$(($(clock) - $1))
	if ((ms >= 60000)); then
		printf '%d min %02d s' $((ms / 60000)) $((ms / 1000 % 60))
	else
		printf '%d.%d s' $((ms / 1000)) $((ms / 100 % 10))
	fi
}

step_name='' step_began=0 step_times=()

# step ends the step before it and begins another.
step() {
	step_done
	step_name=$1 step_began=$(clock)
	printf '%s==> %s%s\n' "$bold" "$1" "$plain"
}

# step_done notes how long the step took.
step_done() {
	[[ -n $step_name ]] || return 0
	local t
	t=$(took "$step_began")
	step_times+=("$(printf '%12s  %s' "$t" "$step_name")")
	printf '    %s%s%s\n' "$dim" "$t" "$plain"
	step_name=''
}

say() { printf '    %s\n' "$*"; }
good() { printf '    %s✓%s %s\n' "$green" "$plain" "$*"; }

# elapsed prints the time of each step and of all.
elapsed() {
	step_done
	printf '%s\n' "${step_times[@]}"
	printf '%12s  in all\n' "$(took "$lib_began")"
}

# fail ends with a reason, which is the last thing printed: an EXIT trap that
# cleans up prints it again through last_words.
last_words=''
fail() {
	last_words=$*
	exit 1
}

# unexpected is for an ERR trap: the command that failed without a word of ours.
unexpected() { last_words=${last_words:-"line $2 of ${3##*/}: '$4' ended with status $1"}; }

# words_at_the_end prints why we end, if it is not well.
words_at_the_end() {
	(($1)) || return 0
	printf '\n%sFAILED%s after %s%s: %s\n' "$red$bold" "$plain" "$(took "$lib_began")" \
		"${step_name:+, at: $step_name}" "${last_words:-interrupted}" >&2
}

# version_at_least tells whether version $1 is at least $2.
version_at_least() { [[ $(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n1) == "$2" ]]; }

# go_of tells the version of a go command, "1.27.3"; "" when it does not run.
go_of() { GOTOOLCHAIN=local "$1" env GOVERSION 2>/dev/null | sed -n 's/^go\([0-9][0-9.]*\).*/\1/p'; }

# find_go prints the path of a go command that understands go.mod's toolchain
# line (1.21 and later), the newest of Debian's versions if none is on the path.
find_go() {
	local candidate
	for candidate in "$(command -v go || true)" /usr/local/go/bin/go \
		$(ls -d /usr/lib/go-1.*/bin/go 2>/dev/null | sort -rV); do
		if [[ -x $candidate ]] && version_at_least "$(go_of "$candidate")" 1.21; then
			echo "$candidate"
			return 0
		fi
	done
	return 1
}

# use_go puts Go on the path and lets it fetch the toolchain that go.mod names:
# Debian's own default is not to.
use_go() {
	local go
	go=$(find_go) || fail "no Go 1.21 or later here; run scripts/install.sh as root"
	PATH=$(dirname "$go"):$PATH
	GOTOOLCHAIN=go$(sed -n 's/^go //p' "$repo/go.mod")
	export PATH GOTOOLCHAIN CGO_ENABLED=0
	# A clone that belongs to another user, which git does not speak about,
	# must build all the same.
	git -C "$repo" rev-parse HEAD >/dev/null 2>&1 || export GOFLAGS="${GOFLAGS:-} -buildvcs=false"
}

# own_root starts the script $1 again where / is a mount point, if it is none:
# in a chroot into a plain folder neither `ip netns exec` nor a container can
# set how mounts propagate. nsenter into our own mount namespace leads to its
# real root; nothing done there is seen outside of the new namespace.
own_root() {
	(($(id -u) == 0)) && ! mountpoint -q / && [[ -z ${ENTENTE_OWN_ROOT:-} ]] || return 0
	ENTENTE_OWN_ROOT=yes exec unshare --mount --propagation unchanged bash -c '
		nsenter --mount=/proc/self/ns/mnt mount --make-rslave / &&
			mount --rbind / /mnt && exec chroot /mnt "$@"' own_root "$@"
}
