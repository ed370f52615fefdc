"""Jobs about what goes when a domain controller goes."""


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
            raise Failure("HoldsRoles", "%s still holds roles that only one domain controller has: %s"
                          % (host, ", ".join(held)))
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


LEAVING_JOBS = (release, demote, remove_dead, part)
