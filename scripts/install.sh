#!/bin/bash
# Installs what Entente needs to be built, tested and run, on Debian 12 and 13:
# from Debian alone, and only what is missing. Starts no service.
set -Eeuo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$repo/scripts/node.sh"

usage() {
	cat <<'TEXT'
usage: scripts/install.sh [--dry-run] [--tests] [--go-ready FILE]
Installs Debian packages that Entente needs and this machine lacks: Samba 4.22
as AD domain controller, Kerberos and AWS clients, nftables, iproute2 and Go.
With --tests it installs Chromium too, which tests of the console drive, and
flake8. The console is built with Node: where there is none that is new enough, Debian's npm
is installed, and fetches one.
With --go-ready it makes FILE as soon as Go can be used, before the rest is
installed. With --dry-run it only says what it would do. Needs root.
TEXT
}

# What is needed, and what for.
tools=(
	"iproute2|network namespaces"
	"nftables|security groups"
	"procps|sysctl, for routes between namespaces"
	"krb5-user|kinit and kvno, which prove trusts"
	"awscli|the AWS command line"
	"libfaketime|tests of clock skew"
)
samba=(
	"samba-ad-dc|domain controllers"
	"samba-ad-provision|domain controllers"
	"winbind|trusts on domain controllers"
	"smbclient|clients"
	"ldb-tools|clients"
	"tdb-tools|snapshots"
)
samba_needed=4.22

# What only tests need.
test_tools=(
	"python3-flake8|a linter for Python"
	"chromium|tests of the console drive it"
	"fonts-dejavu-core|text in screenshots"
)

cleanup() {
	local status=$?
	set +e
	trap - ERR
	if [[ -n ${policy_made:-} ]]; then
		rm -f /usr/sbin/policy-rc.d
		[[ ! -e /usr/sbin/policy-rc.d.entente ]] || mv /usr/sbin/policy-rc.d.entente /usr/sbin/policy-rc.d
	fi
	rm -f "${log:-}"
	[[ -z ${last_words:-} ]] || printf 'install: %s\n' "$last_words" >&2
	exit "$status"
}

installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

# samba_is_old tells whether a package of Samba is not there or too old.
samba_is_old() {
	installed "$1" || return 0
	[[ $1 != [lt]db-tools ]] || return 1 # versions of their own, tied to their libraries'
	! dpkg --compare-versions "$(dpkg-query -W -f '${Version}' "$1")" ge "2:$samba_needed~"
}

missing() {
	wanted=() wanted_samba=() plan=()
	local line
	for line in "${tools[@]}" ${for_tests:+"${test_tools[@]}"}; do
		installed "${line%%|*}" || { wanted+=("${line%%|*}"); plan+=("$line"); }
	done
	for line in "${samba[@]}"; do
		! samba_is_old "${line%%|*}" || { wanted_samba+=("${line%%|*}"); plan+=("$line (Samba $samba_needed)"); }
	done
	if ! find_node >/dev/null && ! command -v npm >/dev/null; then
		wanted+=(npm) plan+=("npm|to build the console; it fetches a newer Node")
	fi
	want_go=''
	find_go >/dev/null || { want_go=yes; plan+=("golang|to build; it fetches the toolchain that go.mod names"); }
}

# mirror prints the URI of the suite $1's main component, as this machine's own
# apt sources have it.
mirror() {
	apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT) $(CREATED_BY)' |
		awk -v suite="$1" '$2 == suite && $3 == "main" && $4 == "Packages" {print $1; exit}'
}

# apt runs apt-get quietly; its output shows only when it fails.
apt() {
	if ! DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 \
		-o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@" >"$log" 2>&1; then
		tail -n 25 "$log" >&2
		fail "apt-get $1 failed (its last lines are above)"
	fi
}

# add_backports adds Debian's own backports to a Debian 12 that has none.
add_backports() {
	local uri keyring=/usr/share/keyrings/debian-archive-keyring.gpg
	[[ -z $(mirror "$codename-backports") ]] || return 0
	uri=$(mirror "$codename")
	[[ -n $uri ]] || fail "apt has no source for $codename main"
	say "adding $codename-backports of $uri to apt's sources (entente-backports.sources)"
	[[ -z $dry_run ]] || return 0
	printf 'Types: deb\nURIs: %s\nSuites: %s-backports\nComponents: main\nSigned-By: %s\n' \
		"$uri" "$codename" "$keyring" >/etc/apt/sources.list.d/entente-backports.sources
}

# hold_services keeps packages from starting what they install.
hold_services() {
	[[ ! -e /usr/sbin/policy-rc.d ]] || mv /usr/sbin/policy-rc.d /usr/sbin/policy-rc.d.entente
	policy_made=yes
	printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
	chmod 755 /usr/sbin/policy-rc.d
}

# no_services_at_boot keeps a machine that had no Samba from getting a file
# server with its next start.
no_services_at_boot() {
	local service
	for service in "$@"; do update-rc.d "$service" disable >/dev/null 2>&1 || true; done
}

# newest_go prints the newest of Debian's Go packages that this apt knows.
newest_go() {
	apt-cache --names-only search '^golang-1\.[0-9]+-go$' | awk '{print $1}' | sort -V | tail -n1
}

# go_is_ready tells who waits for it.
go_is_ready() {
	if [[ -n $go_ready ]] && find_go >/dev/null; then : >"$go_ready"; fi
}

install_all() {
	log=$(mktemp)
	local release=() had_samba='' began go
	began=$(clock)
	if [[ $codename == bookworm ]]; then
		add_backports
		release=(-t "$codename-backports")
	fi
	say "reading apt's package lists"
	apt update
	hold_services
	if [[ -n $want_go ]]; then
		go=$(newest_go)
		[[ -n $go ]] || fail "apt knows no golang-1.x-go"
		say "installing $go"
		apt install --no-install-recommends "${release[@]}" "$go"
	fi
	go_is_ready
	if ((${#wanted[@]})); then
		say "installing ${wanted[*]}"
		apt install --no-install-recommends "${wanted[@]}"
	fi
	if ((${#wanted_samba[@]})); then
		installed samba && had_samba=yes
		say "installing ${wanted_samba[*]}${release[1]:+ from ${release[1]}}"
		apt install --no-install-recommends "${release[@]}" "${wanted_samba[@]}"
		[[ -n $had_samba ]] || no_services_at_boot smbd nmbd winbind samba-ad-dc
	fi
	missing
	((${#plan[@]} == 0)) || fail "after installing, these are still missing or too old: ${plan[*]%%|*}"
	good "installed in $(took "$began")"
}

dry_run='' for_tests='' go_ready=''
while (($#)); do
	case $1 in
	--dry-run) dry_run=yes ;;
	--tests) for_tests=yes ;;
	--go-ready) go_ready=${2:?"--go-ready needs a file"} && shift ;;
	-h | --help) usage; exit ;;
	*) usage >&2; exit 2 ;;
	esac
	shift
done

trap cleanup EXIT
trap 'unexpected $? $LINENO "${BASH_SOURCE[0]}" "$BASH_COMMAND"' ERR
trap 'exit 130' INT TERM
[[ -f /etc/debian_version && -f /etc/os-release ]] || fail "this is not Debian; install Samba $samba_needed, Go 1.21 or later and the tools listed in $0 yourself"
codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")

missing
[[ -n $dry_run ]] || go_is_ready
if ((${#plan[@]} == 0)); then
	good "everything needed is installed"
	exit 0
fi
say "This will be installed with apt-get, and no service started:"
for line in "${plan[@]}"; do printf '      %-20s %s\n' "${line%%|*}" "${line#*|}"; done
[[ -z $dry_run ]] || exit 0
(($(id -u) == 0)) || fail "installing needs root"
case $codename in
bookworm | trixie) ;;
*) fail "packages are known for Debian 12 and 13 only, this is ${codename:-another system}; install what is listed above yourself" ;;
esac
install_all
