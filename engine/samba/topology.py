# Jobs about who else is in the domain: AD sites, replication between them, and
# what goes when a domain controller goes. They come before runner.py in the
# program that is run, and use its functions.
import time

SITE_LINK = "CN=DEFAULTIPSITELINK,CN=IP,CN=Inter-Site Transports,CN=Sites,"


def sites(job):
    """Makes an AD site for each Region wanted, with its subnets, and removes
    those that are not. A Region's site is where its domain controllers are,
    else the one of its name: administrators may rename sites. All sites are on
    one link, which passes changes on at once. Gives Region -> site."""
    sam = local_sam()
    config = str(sam.get_config_basedn())
    names = {wanted["region"]: ensure_site(sam, config, wanted) for wanted in job["wanted"]}
    for wanted in job["wanted"]:
        for prefix in wanted["prefixes"]:
            ensure_subnet(sam, config, prefix, names[wanted["region"]])
    for gone in job.get("gone") or []:
        remove_site(sam, config, gone, names.values())
    if len(names) > 1:
        ensure_link(sam, config, names.values())
    return names


def site_dn(config, site):
    return "CN=%s,CN=Sites,%s" % (site, config)


def exists(sam, dn):
    import ldb
    try:
        return bool(sam.search(dn, ldb.SCOPE_BASE, attrs=["1.1"]))
    except ldb.LdbError as e:
        if e.args[0] != ldb.ERR_NO_SUCH_OBJECT:
            raise
        return False


def ensure_site(sam, config, wanted):
    import ldb
    from samba import sites as samba_sites
    for host in wanted["hosts"]:
        res = sam.search("CN=Sites," + config, ldb.SCOPE_SUBTREE,
                         "(&(objectClass=server)(cn=%s))" % ldb.binary_encode(host), attrs=[])
        if res:
            return res[0].dn.parent().parent().get_rdn_value()
    name = wanted["region"]
    if not exists(sam, site_dn(config, name)):
        sam.transaction_start()
        try:
            samba_sites.create_site(sam, ldb.Dn(sam, config), name)
        except Exception:
            sam.transaction_cancel()
            raise
        sam.transaction_commit()
    return name


def ensure_subnet(sam, config, prefix, site):
    import ldb
    dn, at = "CN=%s,CN=Subnets,CN=Sites,%s" % (prefix, config), site_dn(config, site)
    if add(sam, {"dn": dn, "objectClass": "subnet", "siteObject": at}):
        return
    res = sam.search(dn, ldb.SCOPE_BASE, attrs=["siteObject"])
    if [str(v).lower() for v in res[0].get("siteObject", [])] != [at.lower()]:
        sam.modify(ldb.Message.from_dict(sam, {"dn": ldb.Dn(sam, dn), "siteObject": at}, ldb.FLAG_MOD_REPLACE))


def ensure_link(sam, config, names):
    """Puts all sites on the one link. Option 1 is USE_NOTIFY: changes are
    passed on at once, not by a schedule (MS-ADTS 6.1.1.2.2.3.5)."""
    import ldb
    link = ldb.Dn(sam, SITE_LINK + config)
    res = sam.search(link, ldb.SCOPE_BASE, attrs=["siteList", "options"])
    listed = {str(v).lower() for v in res[0].get("siteList", [])}
    missing = [site_dn(config, n) for n in names if site_dn(config, n).lower() not in listed]
    m = ldb.Message(link)
    if missing:
        m["siteList"] = ldb.MessageElement(missing, ldb.FLAG_MOD_ADD, "siteList")
    options = int(str(res[0].get("options", ["0"])[0]))
    if not options & 1:
        m["options"] = ldb.MessageElement(str(options | 1), ldb.FLAG_MOD_REPLACE, "options")
    if len(m):
        sam.modify(m)


def remove_site(sam, config, gone, wanted):
    """Removes the subnets of a Region and its site, by whatever name, unless
    there are servers in it or another Region wants it."""
    import ldb
    from samba import sites as samba_sites
    names = site_names(sam, config, gone)
    for prefix in gone["prefixes"]:
        dn = subnet_dn(config, prefix)
        if exists(sam, dn):
            sam.delete(dn)
    for site in names - set(wanted):
        unlink(sam, "CN=Sites," + config, "(objectClass=siteLink)", "siteList", site_dn(config, site))
        try:
            samba_sites.delete_site(sam, ldb.Dn(sam, config), site)
        except (samba_sites.SiteNotFoundException, samba_sites.SiteServerNotEmptyException):
            pass


def subnet_dn(config, prefix):
    return "CN=%s,CN=Subnets,CN=Sites,%s" % (prefix, config)


def site_names(sam, config, region):
    """The site of a Region by its own name, and by that of its subnets."""
    import ldb
    names = {region["region"]}
    for prefix in region["prefixes"]:
        dn = subnet_dn(config, prefix)
        if exists(sam, dn):
            for at in sam.search(dn, ldb.SCOPE_BASE, attrs=["siteObject"])[0].get("siteObject", []):
                names.add(ldb.Dn(sam, str(at)).get_rdn_value())
    return names


def unlink(sam, base, expression, attr, dn):
    """Takes a DN out of an attribute wherever it is. Samba does not do it when
    the object goes: the link has no way back."""
    import ldb
    for r in sam.search(base, ldb.SCOPE_SUBTREE, expression, attrs=[attr]):
        if any(str(v).lower() == dn.lower() for v in r.get(attr, [])):
            m = ldb.Message(r.dn)
            m[attr] = ldb.MessageElement(dn, ldb.FLAG_MOD_DELETE, attr)
            sam.modify(m)


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
    import subprocess
    from samba.dcerpc import irpc
    subprocess.run(["/usr/sbin/samba_kcc"], check=True, stdin=subprocess.DEVNULL)
    irpc.irpc("irpc:dreplsrv", lp_ctx=loadparm()).dreplsrv_refresh()


def pull_from_sources(sam):
    """Pulls all partitions from the sources that the KCC chose: with that they
    learn whom to tell about changes. One that does not answer is left to the
    replication service's own rhythm."""
    services = known_services(sam)
    for partition in partitions(sam):
        for guid, _ in links(sam, partition, "repsFrom"):
            if guid in services:
                try:
                    replicate({"source": services[guid], "partitions": [partition]})
                except Exception as e:
                    print("cannot pull %s from %s: %s" % (partition, services[guid], e))


def greet(job):
    """Makes this DC one that replicates with all others: it pulls from the hub,
    draws up the topology, leaves a mark on its own account, and waits until it
    sees the others' marks, which come by ordinary replication. They are in the
    partition of the accounts: what refers to those can then be put right."""
    for source in job.get("sources") or []:
        replicate({"source": source})
    topology()
    sam = local_sam()
    pull_from_sources(sam)
    if job.get("mark"):
        leave_mark(sam, job["host"], job["mark"])
    deadline = time.monotonic() + job["seconds"]
    nudge = time.monotonic() + 3
    while True:
        missing = [h for h in job["marked"] if read_mark(sam, h) != job["token"]]
        if not missing:
            mend_references(sam)
            return {}
        if time.monotonic() > deadline:
            raise Failure("NoReplication", "what was written on %s has not been replicated to %s within %d s"
                          % (", ".join(missing), job["host"], job["seconds"]))
        if time.monotonic() > nudge:
            topology()
            pull_from_sources(sam)
            nudge = time.monotonic() + 3
        time.sleep(0.1)


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
                     "(&(objectClass=computer)(sAMAccountName=%s$))" % ldb.binary_encode(host), attrs=["adminDescription"])
    return res[0] if res else None


def leave_mark(sam, host, mark):
    import ldb
    own = account(sam, host)
    sam.modify(ldb.Message.from_dict(sam, {"dn": own.dn, "adminDescription": mark}, ldb.FLAG_MOD_REPLACE))


def read_mark(sam, host):
    found = account(sam, host)
    return str(found["adminDescription"][0]) if found is not None and "adminDescription" in found else None


def release(job):
    """Takes the links to services and sites that are about to go out of this
    DC's own database. A removed link that arrives by replication together with
    the removal of what it leads to is passed over, and stays for good."""
    sam = local_sam()
    config = str(sam.get_config_basedn())
    for host in job["hosts"]:
        for server in servers_of(sam, host):
            unlink(sam, "CN=Partitions," + config, "(objectClass=crossRef)",
                   "msDS-NC-Replica-Locations", "CN=NTDS Settings," + str(server.dn))
    for gone in job.get("sites") or []:
        for site in site_names(sam, config, gone):
            unlink(sam, "CN=Sites," + config, "(objectClass=siteLink)", "siteList", site_dn(config, site))
    return {}


def servers_of(sam, host):
    import ldb
    return sam.search(sam.get_config_basedn(), ldb.SCOPE_SUBTREE,
                      "(&(objectClass=server)(cn=%s))" % ldb.binary_encode(host), attrs=[])


def enter_names(job):
    """Enters this DC's names in DNS, and those of its services (ldap/HOST) in
    its account. Samba does it at its start, gives it seconds, which a busy
    machine exceeds, and tries again after ten minutes. Samba's own may be at it
    at the same moment, and one of both then fails: hence a second try."""
    import subprocess
    import time
    if subprocess.run(["/usr/sbin/samba_spnupdate"], stdin=subprocess.DEVNULL).returncode != 0:
        time.sleep(1)
        subprocess.run(["/usr/sbin/samba_spnupdate"], check=True, stdin=subprocess.DEVNULL)
    subprocess.run(["/usr/sbin/samba_dnsupdate", "--use-samba-tool"], check=True, stdin=subprocess.DEVNULL)
    return {}


def demote(job):
    """Samba's own demotion of this DC, with a partner that serves on."""
    samba_tool("domain", "demote", "--server=" + job["partner"],
               "--username=Administrator", "--password=" + job["password"])
    return {}


def remove_dead(job):
    """Removes domain controllers that do not run any more, or what half-done
    joins or demotions left of them, from this DC's database."""
    sam = local_sam()
    return {"removed": sum(remove_one(sam, dead) for dead in job["dead"])}


def remove_one(sam, dead):
    import logging
    import ldb
    from samba import remove_dc
    host = dead["host"]
    servers = servers_of(sam, host)
    for server in servers:
        held = roles_of(sam, "CN=NTDS Settings," + str(server.dn))
        if held:
            raise Failure("HoldsRoles", "%s still holds roles that only one domain controller has: %s" % (host, ", ".join(held)))
    if servers:
        release({"hosts": [host]})
        remove_dc.remove_dc(sam, logging.getLogger("remove_dead"), host)
    left = account(sam, host)
    if left is not None:
        try:
            sam.delete(left.dn, ["tree_delete:0"])
        except ldb.LdbError as e:
            if e.args[0] != ldb.ERR_NO_SUCH_OBJECT:
                raise
    return len(servers) + (left is not None) + len(name_records(sam, dead["fqdn"], dead["address"], forget=True))


def roles_of(sam, service):
    """The objects whose role owner is that service."""
    import ldb
    found = sam.search("", ldb.SCOPE_SUBTREE, "(fSMORoleOwner=%s)" % ldb.binary_encode(service),
                       attrs=[], controls=["search_options:1:2"])
    return [str(r.dn) for r in found]


def name_records(sam, fqdn, address, forget=False):
    """The DNS names whose records point at a host or its address; with forget
    those records are removed. Samba's own clean-up does not know every name
    that samba_dnsupdate registers (gc._msdcs)."""
    import ldb
    from samba.dcerpc import dnsp
    from samba.ndr import ndr_unpack
    fqdn, found = fqdn.lower().rstrip("."), []

    def points(rec):
        if rec.wType == dnsp.DNS_TYPE_A:
            return rec.data == address
        if rec.wType in (dnsp.DNS_TYPE_NS, dnsp.DNS_TYPE_CNAME, dnsp.DNS_TYPE_PTR):
            return rec.data.lower().rstrip(".") == fqdn
        return rec.wType == dnsp.DNS_TYPE_SRV and rec.data.nameTarget.lower().rstrip(".") == fqdn

    for node in sam.search("", ldb.SCOPE_SUBTREE, "(&(objectClass=dnsNode)(!(dNSTombstoned=TRUE)))",
                           attrs=["dnsRecord"], controls=["search_options:0:2"]):
        records = [ndr_unpack(dnsp.DnssrvRpcRecord, v) for v in node.get("dnsRecord", [])]
        kept = [r for r in records if not points(r)]
        if len(kept) != len(records):
            found.append(str(node.dn))
            if forget:
                sam.dns_replace_by_dn(node.dn, kept)
    return found


def part(job):
    """Makes this DC forget domain controllers that are gone: it pulls from the
    hub, draws up the topology without them, drops links to services that do
    not exist any more, and tells what still points at them."""
    for source in job.get("sources") or []:
        replicate({"source": source})
    sam = local_sam()
    drop_stale_links(sam)
    topology()
    drop_stale_links(sam)
    left = []
    for gone in job["gone"]:
        left += traces(sam, gone)
    if left:
        raise Failure("Traces", "it still knows of %s" % "; ".join(left))
    return {}


def drop_stale_links(sam):
    import ldb
    services = known_services(sam)
    for partition in partitions(sam):
        for attr in ("repsFrom", "repsTo"):
            all_links = links(sam, partition, attr)
            kept = [blob for guid, blob in all_links if guid in services]
            if len(kept) != len(all_links):
                m = ldb.Message(ldb.Dn(sam, partition))
                m[attr] = ldb.MessageElement(kept, ldb.FLAG_MOD_REPLACE, attr)
                sam.modify(m)


def traces(sam, gone):
    """What in this DC's database points at a host: its server object, its
    account, connections from it, roles, replication links, DNS records."""
    import ldb
    config = sam.get_config_basedn()
    found = [str(r.dn) for r in servers_of(sam, gone["host"])]
    own = account(sam, gone["host"])
    if own is not None:
        found.append(str(own.dn))
    marker = ("CN=NTDS Settings,CN=%s,CN=Servers," % gone["host"]).lower()
    for r in sam.search(config, ldb.SCOPE_SUBTREE, "(objectClass=nTDSConnection)", attrs=["fromServer"]):
        if marker in str(r.get("fromServer", [""])[0]).lower():
            found.append(str(r.dn))
    services = known_services(sam)
    for partition in partitions(sam):
        for attr in ("repsFrom", "repsTo"):
            found += ["%s of %s" % (attr, partition) for guid, _ in links(sam, partition, attr) if guid not in services]
    return found + name_records(sam, gone["fqdn"], gone["address"])


TOPOLOGY_JOBS = (sites, greet, enter_names, release, demote, remove_dead, part)
