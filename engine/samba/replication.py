"""Jobs about replication between domain controllers, and what goes with it when
they meet: marks, references, names."""
import time

# How many seconds a mark that has not come is waited for before this DC draws
# up the topology and pulls once more: the others are still at their own first
# pull, and what they are asked meanwhile makes that one slower.
PULL_AGAIN = 8


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
        if job.get("later"):
            request.options |= drsuapi.DRSUAPI_DRS_ASYNC_OP  # answered when it is queued
        request.source_dsa_guid = source
        pull(server, request)
    return {}


def pull(server, request):
    """Asks the replication service to pull a partition, three times at most:
    it keeps its connections, and finds that the other side was started anew
    only by using one."""
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


def known_services(sam):
    """The replication services of the domain: objectGUID -> host name."""
    import ldb
    from samba.dcerpc import misc
    from samba.ndr import ndr_unpack
    res = sam.search(sam.get_config_basedn(), ldb.SCOPE_SUBTREE, "(objectClass=nTDSDSA)", attrs=["objectGUID"])
    return {str(ndr_unpack(misc.GUID, r["objectGUID"][0])): r.dn.parent().get_rdn_value() for r in res}


def links(sam, partition, attr):
    """The replication links of this DC for a partition: (guid, blob)."""
    import ldb
    from samba.dcerpc import drsblobs
    from samba.ndr import ndr_unpack
    res = sam.search(partition, ldb.SCOPE_BASE, attrs=[attr])
    return [(str(ndr_unpack(drsblobs.repsFromToBlob, v).ctr.source_dsa_obj_guid), v) for v in res[0].get(attr, [])]


def topology():
    """Runs the KCC here and tells the replication service of its outcome. Not
    by asking kccsrv, which forgets to answer when its own periodic run falls
    into the same second."""
    from samba.dcerpc import irpc
    samba_script("samba_kcc")
    irpc.irpc("irpc:dreplsrv", lp_ctx=loadparm()).dreplsrv_refresh()


def pull_from_sources(sam, wanted, known=(), later=False):
    """Pulls the partitions wanted from the sources that the KCC chose, but for
    the links known already, and gives all links: with that the sources learn
    whom to tell about changes. With later, the replication service pulls after
    the answer. A source that does not answer is left to that service's own
    rhythm."""
    services = known_services(sam)
    found = [(p, guid) for p in wanted for guid, _ in links(sam, p, "repsFrom") if guid in services]
    for partition, guid in found:
        if (partition, guid) not in known:
            try:
                replicate({"source": services[guid], "partitions": [partition], "later": later})
            except Exception as e:
                print("cannot pull %s from %s: %s" % (partition, services[guid], e))
    return found


def connections(sam):
    """The connections to this DC, by name. A site's topology generator makes
    those from other sites, on whichever DC it is."""
    import ldb
    return {str(r.dn) for r in sam.search(sam.get_dsServiceName(), ldb.SCOPE_ONELEVEL,
                                          "(objectClass=nTDSConnection)", attrs=["1.1"])}


def greet(job):
    """Makes this DC one that replicates with all others: it learns from the hub
    who they are, draws up the topology, pulls from the sources that it chose,
    leaves a mark on its own account, and waits until it sees the others' marks,
    which come by ordinary replication. They are in the partition of the
    accounts: what refers to those can then be put right.

    The schema, which is here since the join, is pulled from the other sources
    afterwards: a first pull from a source has it go through all that it has,
    only to find that nothing is missing."""
    sam = local_sam()
    config, schema = str(sam.get_config_basedn()), str(sam.get_schema_basedn())
    for source in job.get("sources") or []:
        replicate({"source": source, "partitions": [config]})
    wanted = [p for p in partitions(sam) if p != schema]
    topology()
    made, pulled = connections(sam), pull_from_sources(sam, wanted)
    if job.get("mark"):
        leave_mark(sam, job["host"], job["mark"])
    deadline = time.monotonic() + job["seconds"]
    again = time.monotonic() + PULL_AGAIN
    while True:
        missing = [h for h in job["marked"] if read_mark(sam, h) != job["token"]]
        if not missing:
            mend_references(sam)
            pull_from_sources(sam, [schema], later=True)
            return {}
        if time.monotonic() > deadline:
            raise Failure("NoReplication", "what was written on %s has not been replicated to %s within %d s"
                          % (", ".join(missing), job["host"], job["seconds"]))
        late = time.monotonic() > again
        if late or connections(sam) != made:
            topology()
            made, pulled = connections(sam), pull_from_sources(sam, wanted, [] if late else pulled)
            again = time.monotonic() + PULL_AGAIN
        time.sleep(0.2)


def mend_references(sam):
    """Sees to it that each domain controller's account here knows its server
    object. The object refers to the account, which is in another partition;
    when that one arrives second, Samba keeps the reference and never enters the
    way back. This is its own repair of that."""
    import ldb
    from samba.dbchecker import dbcheck
    for server in sam.search(sam.get_config_basedn(), ldb.SCOPE_SUBTREE,
                             "(&(objectClass=server)(serverReference=*))", attrs=["serverReference"]):
        try:
            found = sam.search(str(server["serverReference"][0]), ldb.SCOPE_BASE, attrs=["serverReferenceBL"])
        except ldb.LdbError:
            continue  # not here yet, or on its way out
        if "serverReferenceBL" not in found[0]:
            dbcheck(sam, fix=True, yes=True, quiet=True).check_database(
                DN=str(server.dn), scope=ldb.SCOPE_BASE, controls=["show_deleted:1"], attrs=["serverReference"])


def account(sam, host):
    import ldb
    res = sam.search(sam.get_default_basedn(), ldb.SCOPE_SUBTREE,
                     "(&(objectClass=computer)(sAMAccountName=%s$))" % ldb.binary_encode(host),
                     attrs=["adminDescription"])
    return res[0] if res else None


def leave_mark(sam, host, mark):
    import ldb
    own = account(sam, host)
    sam.modify(ldb.Message.from_dict(sam, {"dn": own.dn, "adminDescription": mark}, ldb.FLAG_MOD_REPLACE))


def read_mark(sam, host):
    found = account(sam, host)
    return str(found["adminDescription"][0]) if found is not None and "adminDescription" in found else None


def enter_names(job):
    """Enters this DC's names in DNS, and those of its services (ldap/HOST) in
    its account. Samba does it at its start, gives it seconds, which a busy
    machine exceeds, and tries again after ten minutes. Samba's own may be at it
    at the same moment, and one of both then fails: hence a second try."""
    try:
        samba_script("samba_spnupdate")
    except Failure:
        time.sleep(1)
        samba_script("samba_spnupdate")
    samba_script("samba_dnsupdate", "--use-samba-tool")
    return {}


REPLICATION_JOBS = (replicate, meet, greet, enter_names)
