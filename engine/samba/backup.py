# Jobs that back a domain controller up and bring one back from a backup. They
# come before runner.py in the program that is run, and use its functions. The
# backup itself goes through file descriptor 5, so that it is never on disk
# unsealed outside the domain controller's own folder.
import contextlib
import os


def quiet_place():
    """A folder in memory, in a mount namespace of this process alone: it goes
    with the process, however that ends."""
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    clone_newns, ms_private_rec = 0x20000, 0x44000
    if libc.unshare(clone_newns) or libc.mount(b"none", b"/", None, ms_private_rec, None):
        # In a chroot into a plain folder / is no mount point; the namespace
        # is a slave of the container's then, which is private enough.
        if ctypes.get_errno() != 22:
            raise OSError(ctypes.get_errno(), "cannot leave the mount namespace")
    if libc.mount(b"tmpfs", b"/mnt", b"tmpfs", 6, b"mode=0700"):
        raise OSError(ctypes.get_errno(), "cannot mount a folder in memory")
    return "/mnt"


def backup(job):
    """Samba's own offline backup of this DC. It locks the databases while it
    copies them, so it is one moment of a DC that goes on serving."""
    import shutil
    place = quiet_place()
    samba_tool("domain", "backup", "offline", "--targetdir=" + place)
    files = [f for f in os.listdir(place) if f.endswith(".tar.bz2")]
    if len(files) != 1:
        raise Failure("Tool", "samba-tool made %d backups" % len(files))
    with open(os.path.join(place, files[0]), "rb") as archive, os.fdopen(5, "wb") as out:
        shutil.copyfileobj(archive, out)
    return {}


LIB = "/var/lib/samba"


def restore(job):
    """Makes this DC what it was at the time of the backup: the same server,
    with the same account and names. Everything else that a forest recovery
    asks for follows: other DCs forgotten, fresh identifiers, new krbtgt keys."""
    from samba.netcmd.domain.backup import cmd_domain_backup_restore
    from samba.upgradehelpers import update_krbtgt_account_password
    unpack(job["host"])
    sam = local_sam()
    drop_markers(sam)
    forget_others(sam, job["host"])
    cmd_domain_backup_restore.fix_old_dc_references(None, sam)
    fresh_rids(sam)
    fresh_invocation(sam)
    for _ in range(2):  # no ticket from before is good any more
        update_krbtgt_account_password(sam)
    sam.setpassword("(sAMAccountName=Administrator)", job["password"], force_change_at_next_login=False)
    removed = drop_trusts(sam, [name.lower() for name in job["trusts"] or []])
    return {"sid": str(sam.get_domain_sid()), "removed": removed}


def unpack(host):
    """Unpacks the archive into this DC's folders, which are empty, and checks
    every database against the sums in it."""
    import hashlib
    import shutil
    from samba import safe_tarfile
    place = os.path.join(LIB, "restoring")
    os.mkdir(place, 0o700)
    archive = os.path.join(place, "archive")
    with os.fdopen(5, "rb") as source, open(archive, "wb") as out:
        shutil.copyfileobj(source, out)
    with safe_tarfile.open(archive, mode="r:bz2") as tar:
        tar.extractall(place)
    with open(os.path.join(place, "SHA256SUM")) as sums:
        for line in sums:
            want, name = line.rstrip("\n").split("  ", 1)
            with open(os.path.join(place, name), "rb") as f:
                if hashlib.sha256(f.read()).hexdigest() != want:
                    raise Failure("Damaged", "the backup of %s is damaged: %s" % (host, name))
    os.rename(os.path.join(place, "private"), os.path.join(LIB, "private"))
    state = os.path.join(place, "state")
    for name in os.listdir(state) if os.path.isdir(state) else ():
        os.rename(os.path.join(state, name), os.path.join(LIB, name))
    sysvol = os.path.join(LIB, "sysvol")
    os.makedirs(sysvol, exist_ok=True)
    unpack_sysvol(os.path.join(place, "sysvol.tar.gz"), sysvol)
    shutil.rmtree(place)


def unpack_sysvol(archive, folder):
    from samba.ntacls import backup_restore
    backup_restore(archive, folder, local_sam(), "/etc/samba/smb.conf")


def drop_markers(sam):
    """samba refuses to start on a database that is marked as a backup."""
    import ldb
    markers = ["sidForRestore", "backupRename", "backupDate", "backupType"]
    res = sam.search("@SAMBA_DSDB", ldb.SCOPE_BASE, attrs=markers)
    m = ldb.Message(ldb.Dn(sam, "@SAMBA_DSDB"))
    for name in markers:
        if name in res[0]:
            m[name] = ldb.MessageElement([], ldb.FLAG_MOD_DELETE, name)
    if len(m):
        sam.modify(m)


def forget_others(sam, host):
    """Removes every other DC, so that this one waits for nobody."""
    import logging
    import ldb
    from samba import remove_dc
    res = sam.search(sam.get_config_basedn(), ldb.SCOPE_SUBTREE,
                     "(&(objectClass=server)(serverReference=*))", attrs=["cn"])
    for server in res:
        name = str(server["cn"][0])
        if name.lower() != host.lower():
            remove_dc.remove_dc(sam, logging.getLogger("restore"), name)
    for nc in partitions(sam):
        m = ldb.Message(ldb.Dn(sam, nc))
        for attribute in ("repsFrom", "repsTo"):
            m[attribute] = ldb.MessageElement([], ldb.FLAG_MOD_REPLACE, attribute)
        sam.modify(m)


# How many RIDs a restored domain skips, as Microsoft's guide to forest
# recovery asks for: accounts made after the backup had some of them.
SKIPPED_RIDS = 100000


def fresh_rids(sam):
    """No SID of an account made after the backup is given to another one."""
    import ldb
    manager = "CN=RID Manager$,CN=System,%s" % sam.get_default_basedn()
    res = sam.search(manager, ldb.SCOPE_BASE, attrs=["rIDAvailablePool"])
    pool = int(res[0]["rIDAvailablePool"][0])
    low, high = (pool & 0xffffffff) + SKIPPED_RIDS, pool >> 32
    ours = sam.search(str(sam.get_serverName()), ldb.SCOPE_BASE, attrs=["serverReference"])
    account = str(ours[0]["serverReference"][0])
    res = sam.search(account, ldb.SCOPE_BASE, attrs=["rIDSetReferences"])
    rid_set = str(res[0]["rIDSetReferences"][0])
    own = (low + 499) << 32 | low
    replace(sam, manager, {"rIDAvailablePool": high << 32 | (low + 500)})
    replace(sam, rid_set, {"rIDAllocationPool": own, "rIDPreviousAllocationPool": own, "rIDNextRID": low})


def replace(sam, dn, values):
    import ldb
    sam.modify(ldb.Message.from_dict(
        sam, dict({k: str(v) for k, v in values.items()}, dn=ldb.Dn(sam, dn)), ldb.FLAG_MOD_REPLACE),
        controls=["relax:0", "local_oid:1.3.6.1.4.1.7165.4.3.20:0"])


def fresh_invocation(sam):
    """Whoever follows this DC's changes by their numbers must see that the
    numbers started over."""
    import uuid
    import ldb
    from samba.dcerpc import misc
    from samba.dsdb import _dsdb_load_udv_v2
    from samba.dcerpc import drsblobs
    from samba.ndr import ndr_pack
    for nc in partitions(sam):
        blob = drsblobs.replUpToDateVectorBlob()
        blob.version = 2
        blob.ctr.cursors = _dsdb_load_udv_v2(sam, nc)
        blob.ctr.count = len(blob.ctr.cursors)
        m = ldb.Message(ldb.Dn(sam, nc))
        m["u"] = ldb.MessageElement(ndr_pack(blob), ldb.FLAG_MOD_REPLACE, "replUpToDateVector")
        sam.modify(m)
    fresh = misc.GUID(str(uuid.uuid4()))
    m = ldb.Message(ldb.Dn(sam, sam.get_dsServiceName()))
    m["i"] = ldb.MessageElement(ndr_pack(fresh), ldb.FLAG_MOD_REPLACE, "invocationId")
    sam.modify(m, controls=["relax:0"])


def drop_trusts(sam, wanted):
    """Removes trusted domains that nobody wants any more, with their accounts."""
    import ldb
    removed = []
    base = "CN=System,%s" % sam.get_default_basedn()
    res = sam.search(base, ldb.SCOPE_ONELEVEL, "(objectClass=trustedDomain)", attrs=["trustPartner", "flatName"])
    for tdo in res:
        partner = str(tdo["trustPartner"][0])
        if partner.lower() in wanted:
            continue
        account = sam.search(
            sam.get_default_basedn(), ldb.SCOPE_SUBTREE,
            "(&(objectClass=user)(sAMAccountName=%s$)(userAccountControl:1.2.840.113556.1.4.803:=2048))"
            % ldb.binary_encode(str(tdo["flatName"][0])), attrs=[])
        for dn in [a.dn for a in account] + [tdo.dn]:
            with contextlib.suppress(KeyError):
                sam.delete(dn)
        removed.append(partner)
    return removed


BACKUP_JOBS = (backup, restore)
