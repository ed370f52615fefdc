#!/bin/bash
# Checks every Python file with Debian's flake8, whose settings are in .flake8.
# The jobs in engine/samba are one program when they run (engine/samba/job.go):
# what they take from each other is looked for in the whole of them.
set -Eeuo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
trap 'words_at_the_end $?' EXIT

flake8=(/usr/bin/python3 -m flake8)
cd "$repo"
"${flake8[@]}" --version >/dev/null 2>&1 || fail "there is no flake8: install Debian's python3-flake8, or run scripts/install.sh --tests as root"
mapfile -t files < <(find . \( -name node_modules -o -name .git \) -prune -o -name '*.py' -print | sort)
mapfile -t jobs < <(printf '%s\n' "${files[@]}" | grep '/engine/samba/' | grep -v /runner.py)
((${#jobs[@]})) || fail "no job was found in engine/samba"

clean=yes
"${flake8[@]}" "${files[@]}" || clean=
whole=("${jobs[@]}" engine/samba/runner.py)
cat "${whole[@]}" | "${flake8[@]}" --isolated --select=F821 --stdin-display-name='engine/samba, whole program' - || clean=
twice=$(sed -nE 's/^(def|class) ([a-zA-Z_0-9]+).*/\2/p' "${whole[@]}" | sort | uniq -d)
[[ -z $twice ]] || { printf 'engine/samba: more than one job defines: %s\n' "$twice"; clean=; }
[[ -n $clean ]] || fail "flake8 complains (see above)"
good "${#files[@]} Python files: flake8 has nothing to say"
