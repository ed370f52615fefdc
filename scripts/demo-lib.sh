# The parts of ./demo. Sourced by it after lib.sh.

forest=$repo/tests/forest/forest.sh
patience=300 # seconds that any wait may take before the demo gives up

# begin_demo makes the demo's folder, and removes what a demo that was killed
# left behind. Everything that the demo makes is in that folder or known to it.
begin_demo() {
	work=/var/tmp/entente-demo
	exec 9>/run/entente-demo.lock
	flock --nonblock 9 || fail_before "another demo runs on this machine"
	trap 'end_demo $?' EXIT
	trap 'unexpected $? $LINENO "${BASH_SOURCE[0]}" "$BASH_COMMAND"' ERR
	trap '[[ -z ${proven:-} ]] || exit 0; last_words=interrupted; exit 130' INT TERM HUP
	if [[ -e $work ]]; then
		[[ -O $work && ! -L $work ]] || fail "$work belongs to somebody else"
		say "removing what an interrupted demo left"
		remove_all
	fi
	mkdir -m 700 "$work"
	mkdir "$work/secrets"
}

fail_before() {
	last_words=$1
	words_at_the_end 1
	exit 1
}

# end_demo removes everything and then says why, if it ended badly.
end_demo() {
	local status=$1 left
	set +eE
	trap '' INT TERM HUP
	trap - ERR EXIT
	[[ -z ${compiling:-} ]] || kill -TERM "$compiling" 2>/dev/null
	if ((status)); then
		show_log "$work/forest.log"
		show_log "$work/entente.log"
	fi
	printf '\n%s==> Removing everything%s\n' "$bold" "$plain"
	left=$(remove_all)
	if [[ -z $left ]]; then
		good "no process, namespace, mount or file of the demo is left"
	else
		last_words="${last_words:+$last_words; }this could not be removed: $left" status=1
	fi
	words_at_the_end "$status"
	exit "$status"
}

show_log() {
	[[ -s $1 ]] || return 0
	printf '\n%s--- end of %s ---%s\n' "$dim" "${1##*/}" "$plain" >&2
	grep -v 'msg=request .* status=200 ' "$1" | tail -n 15 >&2
}

# remove_all removes the demo's world and prints what is left of it.
remove_all() {
	local pid
	pid=$(cat "$work/serve.pid" 2>/dev/null)
	if [[ -n $pid && $(readlink "/proc/$pid/exe") == "$work/entente"* ]]; then
		kill -TERM "$pid"
		for _ in {1..150}; do [[ -d /proc/$pid ]] || break; sleep 0.1; done
		[[ ! -d /proc/$pid ]] || kill -KILL "$pid"
	fi
	if [[ -d $work/data && -x $work/entente ]]; then
		"$work/entente" down --data-dir "$work/data" >"$work/down.log" 2>&1 || tail -n 3 "$work/down.log"
	fi
	if "$forest" list | grep -qx demo; then "$forest" down demo 2>&1; fi
	pid=
	for _ in {1..50}; do # what was killed needs a moment to be gone
		command -v pgrep >/dev/null || break # not installed yet, so nothing was started either
		pid=$(pgrep -f -- "$work" | tr '\n' ' ')
		[[ -n $pid ]] || break
		sleep 0.1
	done
	[[ -z $pid ]] || echo "processes $pid"
	grep -q "$work" /proc/self/mountinfo && echo "mounts below $work"
	rm -rf -- "$work" || echo "$work"
	return 0
}

# compile_ahead compiles the packages of the program into Go's cache while the
# rest is installed and the console is built: compiling takes longest. It
# begins when there is a Go, and says nothing: the build that follows does.
compile_ahead() {
	(
		trap - ERR EXIT
		until [[ -e $work/go-ready ]]; do sleep 0.2; done
		use_go
		cd "$repo"
		exec go list -export -deps ./cmd/entente
	) </dev/null >/dev/null 2>&1 9>&- &
	compiling=$!
}

# secret prints the password of that name, a random one from its first use on.
secret() {
	if [[ ! -f $work/secrets/$1 ]]; then
		(umask 077 && printf 'Aa1-%s' "$(head -c 18 /dev/urandom | base64 | tr '+/' 'xy')" >"$work/secrets/$1")
	fi
	cat "$work/secrets/$1"
}

start_serve() {
	local port=8640 tries
	while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done
	endpoint=http://127.0.0.1:$port
	"$work/entente" serve --listen "127.0.0.1:$port" --data-dir "$work/data" </dev/null >"$work/entente.log" 2>&1 9>&- &
	echo $! >"$work/serve.pid"
	for ((tries = 0; tries < patience * 10; tries++)); do
		! healthy "$port" || break
		serve_runs
		sleep 0.1
	done
	healthy "$port" || fail "entente serve does not get ready"
}

healthy() {
	local answer=''
	exec 3<>"/dev/tcp/127.0.0.1/$1" || return 1
	printf 'GET /healthz HTTP/1.0\r\n\r\n' >&3
	read -r answer <&3 || true
	exec 3>&-
	[[ $answer == *" 200 "* ]]
} 2>/dev/null

serve_runs() { kill -0 "$(cat "$work/serve.pid")" 2>/dev/null || fail "entente serve ended by itself (its log is above)"; }

# aws runs Debian's AWS CLI as any user would, and nothing of the caller's own
# AWS settings gets in.
aws() {
	env -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY -u AWS_SESSION_TOKEN -u AWS_REGION \
		AWS_SHARED_CREDENTIALS_FILE="$work/data/credentials" AWS_PROFILE=entente AWS_DEFAULT_REGION=us-east-1 \
		AWS_CONFIG_FILE=/dev/null AWS_PAGER='' AWS_EC2_METADATA_DISABLED=true NO_PROXY=127.0.0.1 \
		/usr/bin/aws --endpoint-url "$endpoint" "$@"
}

# aws_json runs an AWS command with its request on standard input: passwords
# are in no argument. Its answer is kept under the name $1.
aws_json() {
	local name=$1
	shift
	(umask 077 && cat >"$work/secrets/request")
	aws "$@" --cli-input-json "file://$work/secrets/request" --output json >"$work/$name.json"
	rm -f "$work/secrets/request"
}

# result prints one member of a kept answer.
result() { /usr/bin/python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$work/$1.json" "$2"; }

# start_forest makes the self-managed forest. Its network is no larger than it
# must be: a host may use the rest of 203.0.113.0/24 for something of its own.
start_forest() {
	"$forest" up demo "$corp" "$corp_address/28" --state "$work/forest" --owner $$ </dev/null >"$work/forest.log" 2>&1 9>&- &
	forest_pid=$!
}

wait_for_forest() {
	wait "$forest_pid" || fail "the self-managed forest could not be made (its log is above)"
	sed 's/^/    /' "$work/forest.log"
	cp "$work/forest/admin-password" "$work/secrets/administrator"
}

reason_shown='' # the line that wait_for_reason ended with

# watch_state shows each new state that a command prints, until one of them is
# the state $1. A line is a state, a tab, and a reason. What wait_for_reason
# showed is not shown again.
watch_state() {
	local wanted=$1 what=$2 line last=$reason_shown deadline=$((SECONDS + patience))
	shift 2
	while ((SECONDS < deadline)); do
		line=$("$@") || fail "$what: aws failed (see above)"
		if [[ $line != "$last" ]]; then
			say "$what: ${line%%$'\t'*}$([[ ${line#*$'\t'} == None || $line != *$'\t'* ]] || echo " — ${line#*$'\t'}")"
			last=$line
		fi
		[[ ${line%%$'\t'*} != "$wanted" ]] || return 0
		[[ ${line%%$'\t'*} != Failed ]] || fail "$what is Failed: ${line#*$'\t'}"
		serve_runs
		sleep 0.3
	done
	fail "$what is not $wanted after $patience s, but ${last%%$'\t'*}: ${last#*$'\t'}"
}

wait_for_directory() {
	watch_state Active "$directory" aws ds describe-directories --directory-ids "$directory" \
		--query 'DirectoryDescriptions[0].[Stage,StageReason]' --output text
}

wait_for_trust() {
	watch_state Verified "$trust" aws ds describe-trusts --trust-ids "$trust" \
		--query 'Trusts[0].[TrustState,TrustStateReason]' --output text
}

# wait_for_reason shows the trust's states and reasons until the reason has the
# words $1. What AWS says first in each of them is left out.
wait_for_reason() {
	local line last='' deadline=$((SECONDS + patience))
	while ((SECONDS < deadline)); do
		line=$(aws ds describe-trusts --trust-ids "$trust" --query 'Trusts[0].[TrustState,TrustStateReason]' --output text) || fail "aws failed (see above)"
		if [[ $line != "$last" && $line == *[A-Za-z]$'\t'[A-Z]* && $line != *$'\t'None ]]; then
			say "$trust: ${line%%$'\t'*}"
			fold -s -w 96 <<<"$(sed 's/^[^\t]*\t//; s/^The specified domain .* Name: [^ ]*\. //' <<<"$line")" | sed 's/^/      /'
			last=$line
		fi
		[[ $line != *"$1"* ]] || { reason_shown=$line; return 0; }
		serve_runs
		sleep 0.3
	done
	fail "no reason of $trust says \"$1\" after $patience s; the last one: $last"
}

picture() {
	local row
	row='  │ %-38s │ %-10s │ %-34s │\n'
	printf '\n  ┌────────────────────────────────────────┐            ┌────────────────────────────────────┐\n'
	printf "$row" "$managed ($managed_short)" '' "$corp ($corp_short)"
	printf "$row" "managed by Entente: $directory" '  two-way ' 'self-managed: stock samba-tool'
	printf "$row" "DC ${managed_dcs[0]%%.*}  ${managed_ips[0]}" '  forest  ' "DC dc1  $corp_address"
	printf "$row" "DC ${managed_dcs[1]%%.*}  ${managed_ips[1]}" '◄════════►' ''
	printf "$row" "users Admin, alice" '  trust   ' 'users Administrator, bob'
	printf "$row" '' ' Verified ' ''
	printf '  └────────────────────────────────────────┘            └────────────────────────────────────┘\n'
	printf '      %s✓%s alice → cifs/dc1.%s\n      %s✓%s bob   → cifs/%s\n' "$green" "$plain" "$corp" "$green" "$plain" "${managed_dcs[0]}"
}

# go_on prints what a reader can type next, in another terminal.
go_on() {
	cat <<TEXT

${bold}Go on in another terminal (as root):${plain}
  export AWS_SHARED_CREDENTIALS_FILE=$work/data/credentials AWS_PROFILE=entente AWS_DEFAULT_REGION=us-east-1 AWS_ENDPOINT_URL=$endpoint AWS_PAGER=
  alias ds='aws --endpoint-url $endpoint ds'
  ds describe-directories
  ds describe-trusts
  ds describe-domain-controllers --directory-id $directory
  ds describe-conditional-forwarders --directory-id $directory
  $work/entente trust explain $trust
  $forest exec demo -- samba-tool domain trust list
  Passwords of Admin, alice, bob and Administrator: $work/secrets
TEXT
}
