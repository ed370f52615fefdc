#!/bin/bash
# A self-managed Samba AD forest on this machine, made with nothing but stock
# tools (ip, unshare, nsenter, samba-tool, samba). Tests and the demo use it as
# the partner that Entente did not make. See usage() below.
set -euo pipefail

usage() {
	cat <<'TEXT'
usage: forest.sh up NAME REALM ADDRESS/PREFIX [option…]
       forest.sh down NAME [--keep-state]      stop it and remove every trace
       forest.sh stop NAME [--kill]            samba ends, the namespaces stay
       forest.sh start NAME [option…]          samba runs again, and is ready
       forest.sh restart-winbindd NAME         as an administrator would: restart samba
       forest.sh unplug NAME | plug NAME       the network goes silent | comes back
       forest.sh exec NAME -- CMD…             run CMD inside its namespaces
       forest.sh tool NAME                     samba-tool inside; stdin has one line per
                                               argument, "a ARGUMENT", and one per answer
                                               to a password prompt, "p PASSWORD"
       forest.sh type NAME                     lines typed at a terminal inside; stdin is JSON
                                               with text, and answers by prompt
       forest.sh list                          names of the forests of this machine

NAME has at most 10 letters and digits. Options of up:
  --hostname NAME       of its domain controller (DC1)
  --netbios NAME        of its domain (first label of REALM)
  --password-file FILE  Administrator's password (a random one, STATE/admin-password)
  --state DIR           where it keeps its files (/var/tmp/forest/NAME)
  --attach NETNS        network namespace of the link's other end (this one)
  --gateway ADDRESS     of the link's other end (last host address of the network)
  --level 2016          functional level
  --owner PID           down by itself when this process ends
Options of up and start:
  --dns-forwarder IP[,IP…]   upstream DNS servers ("none" for none)
  --faketime OFFSET          its clock's difference, "+10m" ("none" for none; needs libfaketime)
TEXT
}

die() { echo "forest.sh: $*" >&2; exit 1; }
here=$(cd "$(dirname "$0")" && pwd)
run=/run/forest

# say prints progress to stderr, with the seconds since the start.
say() { printf '%6.1f s  %s: %s\n' "$(( (${EPOCHREALTIME/./} - began) / 100000 ))e-1" "$name" "$*" >&2; }
began=${EPOCHREALTIME/./}

# birth gives the start time of a process, so that a recorded pid that was
# given to another process since is not taken for ours.
birth() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

load() {
	[[ -f $run/$name/settings ]] || die "no forest $name here"
	. "$run/$name/settings"
	pid=$(cat "$run/$name/pid" 2>/dev/null || true)
	if [[ -n $pid && $(birth "$pid") != "$(cat "$run/$name/birth" 2>/dev/null)" ]]; then pid=; fi
}

# link runs ip where the other end of the forest's link is.
link() { if [[ -n $attach ]]; then ip -n "$attach" "$@"; else ip "$@"; fi; }

# inside runs a command in the forest's namespaces. --root matters where all
# this runs in a chroot: a mount namespace alone would lead out of it.
inside() {
	[[ -n $pid ]] || die "forest $name does not run"
	local clock=()
	if [[ -n $faketime ]]; then
		local lib=(/usr/lib/*/faketime/libfaketime.so.1)
		[[ -f ${lib[0]} ]] || die "--faketime needs Debian's package libfaketime"
		clock=(env "LD_PRELOAD=${lib[0]}" "FAKETIME=$faketime" DONT_FAKE_MONOTONIC=1)
	fi
	nsenter --target "$pid" --net --mount --uts --ipc --pid --root --wd -- ${clock[@]+"${clock[@]}"} "$@"
}

save() { declare -p realm address prefix hostname netbios state attach gateway dnsforwarder faketime level |
	sed 's/^declare -[-a-z]* //' > "$run/$name/settings"; }

# options reads the options that $allowed names.
options() {
	while (( $# )); do
		[[ " $allowed " == *" $1 "* ]] || die "unknown option $1"
		[[ $# -ge 2 ]] || die "option $1 needs a value"
		local value=$2
		[[ $value == none ]] && value=
		case $1 in
		--hostname) hostname=$value ;;
		--netbios) netbios=$value ;;
		--password-file) passwordfile=$value ;;
		--state) state=$value ;;
		--attach) attach=$value ;;
		--gateway) gateway=$value ;;
		--level) level=$value ;;
		--owner) owner=$value ;;
		--dns-forwarder) dnsforwarder=${value//,/ } ;;
		--faketime) faketime=$value ;;
		esac
		shift 2
	done
}

up() {
	(( $# >= 2 )) || { usage >&2; exit 2; }
	[[ $(id -u) == 0 ]] || die "must be root"
	[[ $name =~ ^[a-z0-9]{1,10}$ ]] || die "the name $name is not 1 to 10 lower-case letters and digits"
	[[ ! -e $run/$name ]] || die "a forest $name exists already"
	realm=$1 address=${2%/*} prefix=${2#*/}
	hostname=DC1 netbios=$(echo "${realm%%.*}" | tr a-z A-Z | cut -c1-15) passwordfile=
	state=/var/tmp/forest/$name attach= gateway= dnsforwarder= faketime= level=2016 owner=
	shift 2
	allowed="--hostname --netbios --password-file --state --attach --gateway --level --owner --dns-forwarder --faketime"
	options "$@"
	[[ -n $gateway ]] || gateway=$(/usr/bin/python3 -c 'import ipaddress,sys; print(ipaddress.ip_network(sys.argv[1], strict=False)[-2])' "$address/$prefix")
	[[ ! -e $state/.forest ]] || die "$state has a forest already"

	mkdir -p "$run/$name"
	trap 'set +e; say "failed; removing it"; down' EXIT
	mkdir -p -m 700 "$state"
	touch "$state/.forest"
	save
	watch
	network
	files
	hold
	provision
	start
	services
	trap - EXIT
}

# watch starts the process that takes the forest down when its owner ends.
watch() {
	[[ -n $owner ]] || return 0
	setsid bash -c 'tail --pid="$1" -f /dev/null; rm -f "$2/watch"; "$3" down "$4"' watch \
		"$owner" "$run/$name" "$here/forest.sh" "$name" </dev/null >/dev/null 2>&1 &
	echo "$! $(birth $!)" > "$run/$name/watch"
}

# network makes the namespace and its only link, with the default route.
network() {
	say "network namespace forest-$name, $address behind $gateway"
	ip netns add "forest-$name"
	ip link add "fh-$name" type veth peer name eth0 netns "forest-$name"
	if [[ -n $attach ]]; then
		ip link set "fh-$name" netns "$attach"
		ip netns exec "$attach" sysctl -qw net.ipv4.ip_forward=1
	fi
	link address add "$gateway/$prefix" dev "fh-$name"
	link link set "fh-$name" up
	ip -n "forest-$name" link set lo up
	ip -n "forest-$name" address add "$address/$prefix" dev eth0
	ip -n "forest-$name" link set eth0 up
	ip -n "forest-$name" route add default via "$gateway"
}

# files makes what the forest sees at the stock paths. It gets a whole /etc of
# its own, so that nothing needs to exist on the host, like /etc/krb5.conf.
files() {
	local domain=${realm,,} host=${hostname,,}
	mkdir -p "$state"/{lib/private,cache,log}
	cp -a /etc "$state/etc"
	rm -rf "$state"/etc/{samba,resolv.conf,hosts,krb5.conf,hostname}
	mkdir "$state/etc/samba"
	echo "$hostname" > "$state/etc/hostname"
	printf '127.0.0.1 localhost\n%s %s.%s %s\n' "$address" "$host" "$domain" "$host" > "$state/etc/hosts"
	printf 'search %s\nnameserver %s\n' "$domain" "$address" > "$state/etc/resolv.conf"
	printf '[libdefaults]\n  default_realm = %s\n  dns_lookup_realm = false\n  dns_lookup_kdc = true\n' "${realm^^}" > "$state/etc/krb5.conf"
	(
		umask 077
		if [[ -n $passwordfile ]]; then cat "$passwordfile"; else
			echo "Aa1-$(head -c 18 /dev/urandom | base64 | tr '+/' 'xy')"
		fi > "$state/admin-password"
	)
}

# hold starts process 1 of the forest's namespaces. It outlives samba, so that
# stop and start keep the namespaces.
hold() {
	setsid nsenter --net="/run/netns/forest-$name" \
		unshare --pid --fork --kill-child=KILL --mount --uts --ipc --propagation private \
		bash "$here/hold.sh" "$state" "$hostname" </dev/null >"$state/log/init.log" 2>&1 &
	local parent=$! tries
	for tries in {1..200}; do
		pid=$(cat "/proc/$parent/task/$parent/children" 2>/dev/null | tr -d ' ')
		if [[ -n $pid && -f $state/held ]]; then break; fi
		sleep 0.02
	done
	[[ -n $pid && -f $state/held ]] || die "the namespaces of $name did not start: $(cat "$state/log/init.log")"
	echo "$pid" > "$run/$name/pid"
	birth "$pid" > "$run/$name/birth"
}

provision() {
	say "provisioning ${realm,,} with samba-tool"
	{
		printf 'a %s\n' domain provision "--realm=${realm^^}" "--domain=$netbios" --server-role=dc \
			--dns-backend=SAMBA_INTERNAL "--host-name=$hostname" "--host-ip=$address" \
			"--option=ad dc functional level = $level" "--function-level=${level/2008/2008_R2}" \
			"--option=interfaces = lo eth0" "--option=bind interfaces only = yes" \
			"--option=winbind reconnect delay = 2"
		printf 'a --adminpass=%s\n' "$(cat "$state/admin-password")"
	} | tool > "$state/log/provision.log" 2>&1 || { tail -15 "$state/log/provision.log" >&2; return 1; }
}

# tool is samba-tool's own script, except that its arguments come from standard
# input, where no process list shows them, and so do answers to its prompts.
tool() {
	inside /usr/bin/python3 -c '
import sys, getpass
lines = [line.rstrip("\n") for line in sys.stdin]
answers = [line[2:] for line in lines if line.startswith("p ")]
getpass.getpass = lambda *prompt, **kw: answers.pop(0)
sys.argv = ["samba-tool"] + [line[2:] for line in lines if line.startswith("a ")]
from samba.netcmd.main import samba_tool
sys.exit(samba_tool(*sys.argv[1:]))'
}

# type runs lines of a shell at a terminal, as a person would who was given them,
# and types an answer after each prompt that holds one of the given words.
type_() {
	inside /usr/bin/python3 -c '
import json, os, pty, sys
job = json.load(sys.stdin)
pid, fd = pty.fork()
if pid == 0:
    os.execvp("bash", ["bash", "-e", "-c", job["text"]])
told, line = "", ""
while True:
    try:
        chunk = os.read(fd, 4096).decode(errors="replace")
    except OSError: # how a terminal ends
        break
    if not chunk:
        break
    told += chunk
    line = (line + chunk).split("\n")[-1]
    if line.rstrip().endswith(":"):
        for prompt, answer in job["answers"].items():
            if prompt in line:
                os.write(fd, (answer + "\n").encode())
                line = ""
                break
print(told)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))'
}

# services enters the names of the DC's services, ldap/HOST among them. samba
# does it at its start, gives up after 20 seconds, which a busy machine may
# need, and tries again ten minutes later.
services() {
	local tries
	for tries in 1 2 3; do # samba's own may be at it, and one of both then fails
		if inside samba_spnupdate > "$state/log/spnupdate.log" 2>&1; then return; fi
		sleep 1
	done
	tail -5 "$state/log/spnupdate.log" >&2
	return 1
}

start() {
	say "starting samba"
	stop
	launch
	if ! ready; then
		say "not ready; starting samba once more"
		stop
		launch
		ready || { tail -20 "$state/log/log.samba" >&2 || true; die "forest $name does not get ready"; }
	fi
	say "ready"
}

launch() {
	inside sed -i '/^\tdns forwarder = /d' /etc/samba/smb.conf
	if [[ -n $dnsforwarder ]]; then
		inside sed -i "s/^\[global\]/&\n\tdns forwarder = $dnsforwarder/" /etc/samba/smb.conf
	fi
	inside sh -c 'rm -rf /run/samba/* /var/cache/samba/*; exec samba --daemon' </dev/null
}

# ready waits for DNS, for LDAP, and for an LSA policy opened with a Kerberos
# ticket of Administrator, which needs KDC and SMB. At most 15 seconds for each,
# and 60 for LDAP: at its first start samba makes its RSA keys before it listens.
ready() {
	inside /usr/bin/python3 -c '
import sys, time, socket, struct, select
from samba import param, credentials
from samba.dcerpc import lsa, security
domain, host, address = sys.argv[1:]
def dns():
    name = b"".join(bytes([len(l)]) + l for l in ("_ldap._tcp.dc._msdcs." + domain).encode().split(b".")) + b"\0"
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(0.3)
    s.sendto(b"\1\2\1\0\0\1\0\0\0\0\0\0" + name + b"\0\x21\0\1", (address, 53))
    return struct.unpack(">H", s.recv(2000)[6:8])[0] > 0
def ldap():
    socket.create_connection((address, 389), 1).close()
    return True
def logon():
    lp = param.LoadParm()
    lp.load_default()
    c = credentials.Credentials()
    c.guess(lp)
    c.set_username("Administrator"); c.set_domain(domain.upper()); c.set_realm(domain.upper())
    c.set_password(password)
    c.set_kerberos_state(credentials.MUST_USE_KERBEROS)
    p = lsa.lsarpc("ncacn_np:%s.%s[seal]" % (host, domain), lp, c)
    p.OpenPolicy2("", lsa.ObjectAttribute(), security.SEC_FLAG_MAXIMUM_ALLOWED)
    return True
password = sys.stdin.readline().rstrip("\n")
for probe in dns, ldap, logon:
    end = time.monotonic() + (60 if probe is ldap else 15)
    while True:
        try:
            if probe(): break
        except Exception as e:
            print(probe.__name__, e, flush=True)
            if time.monotonic() > end: sys.exit(1)
        select.select([], [], [], 0.1) # libfaketime breaks time.sleep
' "${realm,,}" "${hostname,,}" "$address" < "$state/admin-password" > "$state/log/ready.log" 2>&1
}

# stop ends samba and waits for the last of its processes.
stop() {
	inside sh -c '
		main=$(cat /run/samba/samba.pid 2>/dev/null) || exit 0
		kill -'"${1:-TERM}"' $main 2>/dev/null
		[ '"${1:-TERM}"' = TERM ] || for p in /proc/[0-9]*; do
			case $(readlink $p/exe) in */samba|*/smbd|*/winbindd|*/samba-dcerpcd|*/rpcd_*) kill -KILL ${p#/proc/} ;; esac
		done
		i=0
		while [ $i -lt 100 ] && ls -l /proc/[0-9]*/exe 2>/dev/null | grep -qE "/(samba|smbd|winbindd|samba-dcerpcd|rpcd_[a-z]*)$"; do
			i=$((i+1)); sleep 0.05
			[ $i -ne 60 ] || kill -KILL $main 2>/dev/null
		done'
}

down() {
	local watcher='' born=''
	[[ -f $run/$name/watch ]] && read -r watcher born < "$run/$name/watch"
	[[ -n $watcher && $(birth "$watcher") == "$born" ]] && kill -TERM -- "-$watcher" 2>/dev/null
	[[ -n ${pid:-} ]] && kill -KILL "$pid" 2>/dev/null
	link link delete "fh-$name" 2>/dev/null
	ip -n "forest-$name" link delete eth0 2>/dev/null
	ip netns delete "forest-$name" 2>/dev/null
	if [[ -n ${pid:-} ]]; then
		for _ in {1..250}; do [[ -d /proc/$pid ]] || break; sleep 0.02; done
	fi
	if [[ ${1:-} != --keep-state && -f $state/.forest ]]; then rm -rf -- "$state"; rmdir /var/tmp/forest 2>/dev/null; fi
	rm -rf -- "${run:?}/$name"
	rmdir "$run" 2>/dev/null
	# ip(8) leaves its folder mounted on itself; the lock is ip's own.
	if [[ -d /run/netns ]]; then
		exec 9</run/netns
		flock 9
		[[ -z $(ls -A /run/netns) ]] && umount -l /run/netns 2>/dev/null && rmdir /run/netns
		exec 9<&-
	fi
	return 0
}

command=${1:-} name=${2:-}
case $command in
list) ls "$run" 2>/dev/null || true; exit ;;
'' | help | -h | --help) usage; exit ;;
esac
[[ -n $name ]] || { usage >&2; exit 2; }
shift 2
case $command in
up) up "$@" ;;
down) set +e; load; down "$@" ;;
stop) load; if [[ ${1:-} == --kill ]]; then stop KILL; else stop; fi ;;
start) load; allowed="--dns-forwarder --faketime"; options "$@"; save; start ;;
restart-winbindd) load; stop; start ;;
unplug) load; link link set "fh-$name" down ;;
plug) load; link link set "fh-$name" up ;;
exec) load; [[ ${1:-} == -- ]] && shift; inside "$@" ;;
tool) load; tool ;;
type) load; type_ ;;
*) usage >&2; exit 2 ;;
esac
