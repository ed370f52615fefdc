# samba-tool's own script, except that its arguments come from standard input,
# one a line, where no process list shows passwords.
import sys
sys.argv = ["samba-tool"] + [line.rstrip("\n") for line in sys.stdin]
from samba.netcmd.main import samba_tool  # noqa: E402 (it reads sys.argv)
sys.exit(samba_tool(*sys.argv[1:]))
