# Commands that take long run beside the script, each in a process group of its
# own: a signal to the script alone is heard at once, and ends the whole group.
# Sourced after lib.sh.

declare -A running=()

# begin starts a command; $! is its process.
begin() {
	set -m
	"$@" </dev/null &
	set +m
	running[$!]=$*
}

# finish waits for the command whose process is $1, and has its status.
finish() {
	local status=0
	wait "$1" || status=$?
	unset "running[$1]"
	return "$status"
}

# run runs a command to its end.
run() {
	begin "$@"
	finish $!
}

# end_running ends what still runs as Ctrl-C would, and gives tests time to take
# down what they made. What does not hear that is told more plainly.
end_running() {
	local pid signal
	for pid in "${!running[@]}"; do
		say "ending: ${running[$pid]}"
		for signal in INT TERM KILL; do
			kill "-$signal" -- "-$pid" 2>/dev/null || break
			group_ends "$pid" && break
		done
	done
}

# group_ends waits up to 30 seconds for the processes of a group to end.
group_ends() {
	local i
	for ((i = 0; i < 300; i++)); do
		kill -0 -- "-$1" 2>/dev/null || return 0
		sleep 0.1
	done
	return 1
}
