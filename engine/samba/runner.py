"""Runs one job inside a domain controller's container, with Samba's own Python.

The job is a JSON object on standard input, so no secret is ever in an argument
list or in the environment. The outcome is a JSON object on file descriptor 4;
standard output and error are Samba's talk, kept for the error report.
"""
import json
import os
import sys

RESULT = os.fdopen(4, "w")


class Failure(Exception):
    """A failure with a kind that the caller tells apart."""

    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


def samba_tool(*argv):
    from samba.netcmd.main import samba_tool as run
    if run(*argv):
        raise Failure("Tool", "samba-tool %s failed" % " ".join(argv[:2]))


def samba_script(name, *argv):
    """Runs one of Samba's own Python programs in this process, which has most
    of what it loads: alone, each begins with half a second of that."""
    import runpy
    before, sys.argv = sys.argv, [name, *argv]
    try:
        runpy.run_path("/usr/sbin/" + name, run_name="__main__")
    except SystemExit as end:
        if end.code:
            raise Failure("Tool", "%s failed: %s" % (name, end.code))
    finally:
        sys.argv = before


def loadparm():
    from samba.param import LoadParm
    lp = LoadParm()
    lp.load_default()
    return lp


def local_sam():
    """The DC's own database, with the rights of the system."""
    from samba.auth import system_session
    from samba.samdb import SamDB
    lp = loadparm()
    return SamDB(session_info=system_session(lp), lp=lp)


def add(sam, entry):
    import ldb
    try:
        sam.add(entry)
        return True
    except ldb.LdbError as e:
        if e.args[0] != ldb.ERR_ENTRY_ALREADY_EXISTS:
            raise
        return False


def add_member(sam, group, member):
    import ldb
    m = ldb.Message(ldb.Dn(sam, group))
    m["member"] = ldb.MessageElement(member, ldb.FLAG_MOD_ADD, "member")
    try:
        sam.modify(m)
    except ldb.LdbError as e:
        if e.args[0] not in (ldb.ERR_ENTRY_ALREADY_EXISTS, ldb.ERR_ATTRIBUTE_OR_VALUE_EXISTS):
            raise


JOBS = {f.__name__: f for name, jobs in sorted(globals().items()) if name.endswith("_JOBS") for f in jobs}


def main():
    job = json.load(sys.stdin)
    try:
        outcome = {"value": JOBS[job["job"]](job)}
    except Failure as e:
        outcome = {"kind": e.kind, "error": str(e)}
    except Exception as e:  # whatever Samba raises becomes words for the caller
        outcome = {"kind": type(e).__name__, "error": str(e)}
    sys.stdout.flush()
    json.dump(outcome, RESULT)
    RESULT.close()


main()
