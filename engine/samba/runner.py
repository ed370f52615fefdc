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


def provision(job):
    samba_tool(
        "domain", "provision", "--server-role=dc", "--dns-backend=SAMBA_INTERNAL",
        "--realm=" + job["realm"], "--domain=" + job["netbios"],
        "--host-name=" + job["host"], "--host-ip=" + job["address"],
        "--function-level=2016", "--base-schema=2019",
        "--option=ad dc functional level = 2016",
        "--adminpass=" + job["password"])
    return {"sid": str(local_sam().get_domain_sid())}


def join(job):
    import subprocess
    samba_tool(
        "domain", "join", job["domain"], "DC", "--dns-backend=SAMBA_INTERNAL",
        "--server=" + job["first"], "--realm=" + job["realm"],
        "--option=ad dc functional level = 2016",
        "--username=Administrator", "--password=" + job["password"])
    # Its services' names (ldap/HOST), which Samba enters at its start if it is
    # quick enough, and otherwise ten minutes later.
    subprocess.run(["/usr/sbin/samba_spnupdate"], stdin=subprocess.DEVNULL, check=False)
    return {"sid": str(local_sam().get_domain_sid())}


def set_password(job):
    """Sets the password of a user inside the customer's OU and enables it."""
    import ldb
    from samba.samdb import SamDB  # noqa: F401  registers Samba's ldb modules
    sam, user = local_sam(), job["user"]
    found = customer_user(sam, job["netbios"], user)
    if found is None:
        raise Failure("UserNotFound", "There is no user %s in OU=%s." % (user, job["netbios"]))
    write_password(sam, found, job["password"])
    uac = int(str(found["userAccountControl"][0]))
    if uac & 2:
        sam.modify(ldb.Message.from_dict(
            sam, {"dn": found.dn, "userAccountControl": str(uac & ~2)}, ldb.FLAG_MOD_REPLACE))
    return {}


def customer_user(sam, netbios, user):
    import ldb
    res = sam.search(
        ldb.Dn(sam, "OU=%s,%s" % (netbios, sam.get_default_basedn())), ldb.SCOPE_SUBTREE,
        "(&(objectCategory=person)(objectClass=user)(sAMAccountName=%s))" % ldb.binary_encode(user),
        attrs=["userAccountControl"])
    return res[0] if res else None


def write_password(sam, user, password):
    import ldb
    try:
        sam.modify(ldb.Message.from_dict(
            sam, {"dn": user.dn, "clearTextPassword": password.encode("utf-16-le")},
            ldb.FLAG_MOD_REPLACE))
    except ldb.LdbError as e:
        if e.args[0] in (ldb.ERR_CONSTRAINT_VIOLATION, ldb.ERR_UNWILLING_TO_PERFORM):
            raise Failure("InvalidPassword", policy_words(e.args[1]))
        raise


def policy_words(text):
    """What Samba's long line means, in our words: it may quote what it judges."""
    for word, meaning in (
            ("too short", "it is shorter than the policy allows"),
            ("complexity", "it needs characters of three of the classes upper case, lower case, digits and others, and must not contain the user's name"),
            ("history", "it was used before"),
            ("too young", "the password was changed too recently")):
        if word in text.lower():
            return "The password does not meet the domain's password policy: " + meaning + "."
    return "The password does not meet the domain's password policy."


def populate(job):
    """Makes the OUs, the delegated groups and the user Admin, whatever of it
    is there already."""
    import ldb
    sam = local_sam()
    base = str(sam.get_default_basedn())
    customer = "OU=%s,%s" % (job["netbios"], base)
    groups = "OU=AWS Delegated Groups," + base
    for dn in (groups, "OU=AWS Reserved," + base, customer,
               "OU=Computers," + customer, "OU=Users," + customer):
        add(sam, {"dn": dn, "objectClass": "organizationalUnit"})
    members = []
    for name in job["groups"]:
        dn = "CN=AWS Delegated %s,%s" % (name, groups)
        # -2147483644: a security group of domain-local scope
        add(sam, {"dn": dn, "objectClass": "group", "groupType": "-2147483644",
                  "sAMAccountName": "AWS Delegated " + name})
        members.append(dn)
    leaders = "CN=AWS Delegated Administrators," + groups
    for dn in members:
        if dn != leaders:
            add_member(sam, dn, leaders)
    add_member(sam, "CN=DnsAdmins,CN=Users," + base,
               "CN=AWS Delegated Domain Name System Administrators," + groups)
    redirect_computers(sam, "OU=Computers," + customer)
    delegate(sam, base, customer, groups)
    never_expire(sam, "CN=Administrator,CN=Users," + base)
    admin = "CN=Admin,OU=Users," + customer
    if job.get("password"):
        if add(sam, {"dn": admin, "objectClass": "user", "sAMAccountName": "Admin",
                     "userPrincipalName": "Admin@" + job["domain"],
                     "userAccountControl": "514",
                     "description": "Administrator of this directory"}) or disabled(sam, admin):
            set_password({"netbios": job["netbios"], "user": "Admin", "password": job["password"]})
    add_member(sam, leaders, admin)
    return {}


def never_expire(sam, dn):
    """The service credential's password is random and Entente's alone; the
    domain's policy would let it expire after 42 days."""
    import ldb
    res = sam.search(dn, ldb.SCOPE_BASE, attrs=["userAccountControl"])
    uac = int(str(res[0]["userAccountControl"][0]))
    if not uac & 0x10000:
        sam.modify(ldb.Message.from_dict(
            sam, {"dn": res[0].dn, "userAccountControl": str(uac | 0x10000)}, ldb.FLAG_MOD_REPLACE))


def disabled(sam, dn):
    import ldb
    res = sam.search(dn, ldb.SCOPE_BASE, attrs=["userAccountControl"])
    return bool(int(str(res[0]["userAccountControl"][0])) & 2)


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


# Rights in SDDL: everything on an object and below it.
FULL = "RPWPCRCCDCLCLORCWOWDSDDTSW"
GPLINK = "f30e3bbe-9ff0-11d1-b603-0000f80367c1"
GPOPTIONS = "f30e3bbf-9ff0-11d1-b603-0000f80367c1"
COMPUTER = "bf967a86-0de6-11d0-a285-00aa003049e2"
GROUP = "bf967a9c-0de6-11d0-a285-00aa003049e2"
MEMBER = "bf9679c0-0de6-11d0-a285-00aa003049e2"
UPNSUFFIXES = "032160bf-9824-11d1-aec0-0000f80367c1"
GET_CHANGES = "1131f6aa-9c07-11d1-f79f-00c04fc2dcd2"


def delegate(sam, base, customer, groups):
    """Gives the delegated groups their rights; an entry that is there already
    is not added again."""
    import ldb
    from samba.dcerpc import security
    from samba.ndr import ndr_unpack
    from samba.sd_utils import SDUtils
    utils = SDUtils(sam)

    def allow(dn, group, ace):
        res = sam.search("CN=AWS Delegated %s,%s" % (group, groups), ldb.SCOPE_BASE, attrs=["objectSid"])
        sid = str(ndr_unpack(security.dom_sid, res[0]["objectSid"][0]))
        utils.dacl_prepend_aces(dn, ace % sid)

    config = str(sam.get_config_basedn())
    allow(customer, "Administrators", "(A;CI;%s;;;%%s)" % FULL)
    delegate_joins(base, customer, allow)
    allow("CN=Password Settings Container,CN=System," + base,
          "Fine Grained Password Policy Administrators", "(A;CI;%s;;;%%s)" % FULL)
    allow("CN=Policies,CN=System," + base, "Group Policy Administrators", "(A;;CCLCRP;;;%s)")
    allow(customer, "Group Policy Administrators", "(OA;CI;RPWP;%s;;%%s)" % GPLINK)
    allow(customer, "Group Policy Administrators", "(OA;CI;RPWP;%s;;%%s)" % GPOPTIONS)
    allow("CN=Partitions," + config, "User Principal Name Suffix Administrators",
          "(OA;;RPWP;%s;;%%s)" % UPNSUFFIXES)
    allow(base, "Replicate Directory Changes Administrators", "(OA;;CR;%s;;%%s)" % GET_CHANGES)
    delegate_services(sam, base, customer, allow)
    # Who may do what is the customer's to say: by membership in these groups.
    allow(groups, "Administrators", "(OA;CIIO;RPWP;%s;%s;%%s)" % (MEMBER, GROUP))


def partitions(sam):
    import ldb
    res = sam.search("", ldb.SCOPE_BASE, attrs=["namingContexts"])
    return [str(v) for v in res[0]["namingContexts"]]


def replicate(job):
    """Pulls the partitions named, or all of them, from another DC, and waits."""
    import ldb
    from samba.dcerpc import drsuapi, misc
    sam = local_sam()
    res = sam.search(sam.get_config_basedn(), ldb.SCOPE_SUBTREE,
                     "(&(objectClass=server)(cn=%s))" % ldb.binary_encode(job["source"]), attrs=[])
    if not res:
        raise Failure("NoPartner", "this DC does not know %s yet" % job["source"])
    res = sam.search(res[0].dn, ldb.SCOPE_ONELEVEL, "(objectClass=nTDSDSA)", attrs=["objectGUID"])
    if not res:
        raise Failure("NoPartner", "this DC does not know the service of %s yet" % job["source"])
    source = misc.GUID(res[0]["objectGUID"][0])
    server = drsuapi.drsuapi("irpc:dreplsrv", lp_ctx=loadparm())
    server.request_timeout = 60
    for dn in job.get("partitions") or partitions(sam):
        request = drsuapi.DsReplicaSyncRequest1()
        request.naming_context = drsuapi.DsReplicaObjectIdentifier()
        request.naming_context.dn = dn
        request.options = drsuapi.DRSUAPI_DRS_WRIT_REP
        request.source_dsa_guid = source
        pull(server, request)
    return {}


def pull(server, request):
    """Asks the replication service to pull a partition, three times at most:
    it keeps its connections, and finds that the other side was started anew
    only by using one."""
    import time
    from samba import WERRORError
    from samba.dcerpc import misc
    for last in (False, False, True):
        try:
            return server.DsReplicaSync(misc.policy_handle(), 1, request)
        except WERRORError:
            if last:
                raise
            time.sleep(0.5)


def meet(job):
    """Makes this DC know the sources at once: topology, then all partitions
    from each."""
    topology()
    for source in job["sources"]:
        replicate({"source": source})
    return {}


def forget_winbindd(job):
    """Drops the dead winbindd's registration; while it is there every
    NetrLogonControl2Ex fails with 0x6d8. To be called while winbindd is down."""
    import tdb
    try:
        names = tdb.open("/run/samba/names.tdb", flags=os.O_RDWR)
    except OSError:
        return {}
    for key in list(names):
        if key.rstrip(b"\0") == b"winbind_server":
            names.delete(key)
    names.close()
    return {}


JOBS = {f.__name__: f for f in (
    provision, join, remove_dead, populate, set_password, replicate, meet, forget_winbindd)}
for tuple_of_jobs in [v for k, v in sorted(globals().items()) if k.endswith("_JOBS")]:
    JOBS.update({f.__name__: f for f in tuple_of_jobs})


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
