#!/bin/bash
# A member server of a domain on this machine, made with nothing but stock
# tools (ip, unshare, nsenter, net, winbindd): what a computer that is
# joined asks its domain controllers for, it asks.
#
#   member.sh up NAME STATE REALM NETBIOS ADDRESS/PREFIX GATEWAY DNS   standard input: user and password
#   member.sh exec STATE CMD…
#   member.sh join STATE TOOL REALM HOST   standard input: user and password
#   member.sh down NAME STATE
set -euo pipefail

inside() { nsenter --target "$(cat "$state/pid")" --net --mount --uts --ipc --pid --root --wd -- "$@"; }

up() {
	realm=$3 netbios=$4 address=$5 gateway=$6 dns=$7
	read -r user
	read -r password
	mkdir -p -m 700 "$state"/{lib/private,cache,run,log}
	ip netns add "member-$name"
	ip link add "mh-$name" type veth peer name eth0 netns "member-$name"
	ip address add "$gateway/${address#*/}" dev "mh-$name"
	ip link set "mh-$name" up
	ip -n "member-$name" link set lo up
	ip -n "member-$name" address add "$address" dev eth0
	ip -n "member-$name" link set eth0 up
	ip -n "member-$name" route add default via "$gateway"
	cp -a /etc "$state/etc"
	rm -rf "$state"/etc/{samba,resolv.conf,hosts,krb5.conf,hostname}
	mkdir "$state/etc/samba"
	echo "$name" > "$state/etc/hostname"
	printf '127.0.0.1 localhost\n%s %s.%s %s\n' "${address%/*}" "$name" "${realm,,}" "$name" > "$state/etc/hosts"
	printf 'search %s\nnameserver %s\n' "${realm,,}" "$dns" > "$state/etc/resolv.conf"
	printf '[libdefaults]\n  default_realm = %s\n  dns_lookup_realm = false\n  dns_lookup_kdc = true\n' "${realm^^}" > "$state/etc/krb5.conf"
	cat > "$state/etc/samba/smb.conf" <<-TEXT
		[global]
		  security = ads
		  realm = ${realm^^}
		  workgroup = $netbios
		  netbios name = ${name^^}
		  idmap config * : backend = tdb
		  idmap config * : range = 100000-999999
		  winbind reconnect delay = 1
		  winbind cache time = 0
		  winbind offline logon = no
	TEXT
	setsid nsenter --net="/run/netns/member-$name" \
		unshare --pid --fork --kill-child=KILL --mount --uts --ipc --propagation private \
		bash "${0%/*}/hold.sh" "$state" "$name" </dev/null >"$state/log/init.log" 2>&1 &
	local parent=$! pid= _
	for _ in {1..500}; do
		pid=$(cat "/proc/$parent/task/$parent/children" 2>/dev/null | tr -d ' ')
		if [[ -n $pid && -f $state/held ]]; then break; fi
		sleep 0.02
	done
	[[ -f $state/held ]] || { cat "$state/log/init.log" >&2; exit 1; }
	echo "$pid" > "$state/pid"
	# The password goes in a file of the member's own, not in an argument list.
	(umask 077; printf 'username=%s\npassword=%s\n' "$user" "$password" > "$state/cache/join")
	inside net ads join --authentication-file=/var/cache/samba/join --no-dns-updates "createcomputer=$netbios/Computers" >&2
	rm "$state/cache/join"
	inside winbindd --daemon
	for _ in {1..300}; do
		if inside wbinfo --ping-dc >/dev/null 2>&1; then return; fi
		sleep 0.1
	done
	inside wbinfo --ping-dc >&2
}

# join joins another computer, HOST, from here, with what the tool does when it
# is told nothing but who asks, and looks whether the computer can log on.
join() {
	tool=$1 realm=$2 host=$3
	read -r user
	read -r password
	mkdir -m 700 "$state/cache/$host"
	(umask 077; printf 'username=%s\npassword=%s\n' "$user" "$password" > "$state/cache/$host/who")
	here=("--option=netbios name=${host^^}" "--option=private dir=/var/cache/samba/$host")
	who="--authentication-file=/var/cache/samba/$host/who"
	case $tool in
	ads) inside net ads join "$who" --no-dns-updates "${here[@]}" ;;
	samba-tool) inside samba-tool domain join "$realm" MEMBER "$who" "${here[@]}" ;;
	esac
	inside net ads testjoin "${here[@]}"
}

down() {
	if [[ -f $state/pid ]]; then kill -KILL "$(cat "$state/pid")" 2>/dev/null || true; fi
	ip link delete "mh-$name" 2>/dev/null || true
	ip netns delete "member-$name" 2>/dev/null || true
	rm -rf -- "$state"
}

command=$1
if [[ $command == exec || $command == join ]]; then
	state=$2
	shift 2
	if [[ $command == join ]]; then join "$@"; else inside "$@"; fi
	exit
fi
name=$2 state=$3
case $command in
up) up "$name" "$state" "${@:4}" ;;
down) down ;;
esac
