# The parts of ./demo that both domains take part in: samba-tool on either side,
# and proofs with tickets of stock clients. Sourced by it after demo-lib.sh.

# find_managed_dcs asks the directory's own DNS for its domain controllers and
# writes a hosts file that knows both sides'.
find_managed_dcs() {
	mapfile -t managed_dcs < <(/usr/bin/python3 - "$managed" "${dns[@]}" <<'PYTHON'
import sys, dns.resolver
r = dns.resolver.Resolver(configure=False)
r.nameservers = sys.argv[2:]
for srv in sorted(r.resolve("_ldap._tcp.dc._msdcs." + sys.argv[1], "SRV"), key=str):
    print(r.resolve(srv.target, "A")[0], str(srv.target).rstrip(".").lower())
PYTHON
	)
	((${#managed_dcs[@]})) || fail "the DNS of $managed names no domain controller"
	{
		echo "127.0.0.1 localhost"
		echo "$corp_address dc1.$corp"
		printf '%s\n' "${managed_dcs[@]}"
	} >"$work/hosts"
	managed_ips=("${managed_dcs[@]%% *}") managed_dcs=("${managed_dcs[@]#* }")
}

# wait_for_names waits until the DNS of the other forest finds the domain
# controllers of ours, which is what samba-tool asks for first.
wait_for_names() {
	/usr/bin/python3 - "$corp_address" "_ldap._tcp.$managed" "${dns[@]}" <<'PYTHON' || fail "the DNS of $corp does not find the domain controllers of $managed (see above)"
import sys, time, dns.resolver
def ask(server):
    r = dns.resolver.Resolver(configure=False)
    r.nameservers, r.lifetime = [server], 3
    try:
        return "%d names" % len(r.resolve(sys.argv[2], "SRV"))
    except Exception as e:
        return type(e).__name__
for _ in range(30):
    answer = ask(sys.argv[1])
    if answer.endswith("names"):
        sys.exit()
    print("    waiting for %s at %s: %s; asked directly, %s" % (sys.argv[2], sys.argv[1], answer,
        ", ".join("%s has %s" % (s, ask(s)) for s in sys.argv[3:])), flush=True)
    time.sleep(1)
sys.exit(1)
PYTHON
}

# client_settings writes krb5.conf for a user of the realm $1. Where a service
# is, the user's own KDC has to say: there is no [domain_realm]. The DC on which
# alice was made comes first, since the other one learns of her a little later.
client_settings() {
	cat >"$work/krb5.conf" <<CONF
[libdefaults]
  default_realm = ${1^^}
  dns_lookup_realm = false
  dns_lookup_kdc = false
  rdns = false
  dns_canonicalize_hostname = false
  udp_preference_limit = 1
[realms]
  ${managed^^} = {
$(printf '    kdc = %s:88\n' "${managed_ips[@]}")
  }
  ${corp^^} = {
    kdc = $corp_address:88
  }
CONF
	export KRB5_CONFIG=$work/krb5.conf
}

# log_on gets the user $1 of the domain $2 a ticket of its own.
log_on() {
	client_settings "$2"
	ticket=FILE:$work/ticket-$1
	export KRB5CCNAME=$ticket
	local file=$1
	[[ -f $work/secrets/${file,,} ]] || fail "no password of $1"
	kinit "$1@${2^^}" <"$work/secrets/${file,,}" >/dev/null || fail "kinit: $1 cannot log on to $2"
}

# managed_tool runs samba-tool's own script with the arguments given and
# answers its password prompts from standard input, so that no password is in
# the list of processes. It sees both sides' DCs in a hosts file of its own.
managed_tool() {
	unshare --mount --propagation private sh -c 'mount --bind "$1" /etc/hosts && shift && exec "$@"' sh "$work/hosts" \
		/usr/bin/python3 -c '
import sys, getpass
password = sys.stdin.readline().rstrip("\n")
getpass.getpass = lambda *prompt, **kw: password
sys.argv = ["samba-tool"] + sys.argv[1:]
from samba.netcmd.main import samba_tool
sys.exit(samba_tool(*sys.argv[1:]))' "$@" >"$work/tool.log" 2>&1 || { cat "$work/tool.log" >&2; fail "samba-tool $1 $2 failed (its words are above)"; }
}

# corp_tool runs samba-tool on the domain controller of the other forest, with
# one password as the answer to every prompt.
corp_tool() {
	local password argument
	password=$(cat)
	{
		for argument in "$@"; do printf 'a %s\n' "$argument"; done
		for _ in 1 2 3 4; do printf 'p %s\n' "$password"; done
	} | "$forest" tool demo >"$work/tool.log" 2>&1 || { cat "$work/tool.log" >&2; fail "samba-tool $1 $2 failed in $corp (its words are above)"; }
}

# prove shows that the user $1 of the domain $2 gets a ticket for the service
# $3, which the other forest's KDC must have issued.
prove() {
	local realm=${3#*.}
	log_on "$1" "$2"
	kvno "$3" >"$work/kvno.log" 2>&1 || { cat "$work/kvno.log" >&2; fail "kvno: $1@$2 gets no ticket for $3"; }
	klist | grep -q "$3@${realm^^}" || { klist >&2; fail "the ticket of $1 for $3 is not of ${realm^^}'s KDC (klist is above)"; }
	good "$1@$2 has a ticket for $3"
}

# list_through_trust lists users and groups of the DC $1 with the ticket that
# prove got: who asks is a user of the other side.
list_through_trust() {
	local what names
	for what in user group; do
		managed_tool "$what" list -H "ldap://$1" --use-kerberos=required --use-krb5-ccache="$ticket" </dev/null
		mapfile -t names < <(grep -v '^$' "$work/tool.log" | sort)
		((${#names[@]})) || fail "no ${what}s listed from $1"
		say "  ${#names[@]} ${what}s seen there: $(shown "${names[@]}")"
	done
}

# shown prints the first few names.
shown() {
	local out
	out=$(printf '%s, ' "${@:1:5}")
	(($# <= 5)) && echo "${out%, }" || echo "${out}…"
}
