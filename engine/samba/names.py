# The names of domain controllers in DNS, entered by one domain controller for
# others. It comes before runner.py in the program that is run, and uses the
# functions of topology.py.


def make_room(job):
    """Makes the AD sites of domain controllers that are going to join, removes
    what is left of them, and enters their names here. Samba would enter them on
    each new one: on as many copies of the same DNS nodes, of which replication
    keeps one."""
    if job["sites"]:
        sites({"wanted": job["sites"]})
    sam = local_sam()
    removed = sum(remove_one(sam, new) for new in job["dead"])
    for new in job["dead"]:
        enter_for(sam, new["fqdn"], new["address"], site_of(sam, new["address"]))
    return {"removed": removed}


def site_of(sam, address):
    """The AD site of the smallest subnet that an address is in."""
    import ipaddress
    import ldb
    host, best, site = ipaddress.ip_address(address), -1, "Default-First-Site-Name"
    for r in sam.search("CN=Subnets,CN=Sites," + str(sam.get_config_basedn()), ldb.SCOPE_ONELEVEL,
                        "(&(objectClass=subnet)(siteObject=*))", attrs=["cn", "siteObject"]):
        try:
            subnet = ipaddress.ip_network(str(r["cn"][0]))
        except ValueError:
            continue  # an administrator's own
        if host in subnet and subnet.prefixlen > best:
            best, site = subnet.prefixlen, ldb.Dn(sam, str(r["siteObject"][0])).get_rdn_value()
    return site


def names_of(guid, site):
    """What Samba's dns_update_list has for a domain controller that is a
    global catalogue and a DNS server: zone, name, kind, port. The names by
    which it replicates are Samba's join's."""
    at = "." + site + "._sites"
    for name, port in (("_ldap._tcp", 389), ("_kerberos._tcp", 88), ("_gc._tcp", 3268)):
        yield "", name, "SRV", port
        yield "", name + at, "SRV", port
    for name, port in (("_kerberos._udp", 88), ("_kpasswd._tcp", 464), ("_kpasswd._udp", 464)):
        yield "", name, "SRV", port
    for part in ("DomainDnsZones", "ForestDnsZones"):
        yield "", part, "A", 0
        yield "", "_ldap._tcp." + part, "SRV", 389
        yield "", "_ldap._tcp" + at + "." + part, "SRV", 389
    for name, port in (("_ldap._tcp.dc", 389), ("_kerberos._tcp.dc", 88), ("_ldap._tcp.gc", 3268)):
        service, _, role = name.rpartition(".")
        yield "_msdcs.", name, "SRV", port
        yield "_msdcs.", service + at + "." + role, "SRV", port
    yield "_msdcs.", "_ldap._tcp." + guid + ".domains", "SRV", 389
    yield "_msdcs.", "gc", "A", 0
    yield "_msdcs.", "@", "NS", 0
    yield "", "_msdcs", "NS", 0
    yield "", "@", "NS", 0
    yield "", "@", "A", 0


def enter_for(sam, fqdn, address, site):
    """Enters the names of a domain controller in this DC's copy of DNS."""
    import ldb
    from samba.dcerpc import misc
    from samba.ndr import ndr_unpack
    from samba.provision.sambadns import ARecord, NSRecord, SRVRecord
    base, domain = sam.get_default_basedn(), sam.domain_dns_name()
    guid = str(ndr_unpack(misc.GUID, sam.search(base, ldb.SCOPE_BASE, attrs=["objectGUID"])[0]["objectGUID"][0]))
    sam.transaction_start()
    try:
        for zone, name, kind, port in names_of(guid, site):
            record = {"A": lambda: ARecord(address), "NS": lambda: NSRecord(fqdn),
                      "SRV": lambda: SRVRecord(fqdn, port)}[kind]()
            enter(sam, "%s,CN=MicrosoftDNS,DC=%s,%s" % (
                "DC=" + zone + domain, "ForestDnsZones" if zone else "DomainDnsZones", base), name, record)
    except Exception:
        sam.transaction_cancel()
        raise
    sam.transaction_commit()


def enter(sam, zone, name, record):
    """Adds a record to a DNS node, which is made if it is not there."""
    import ldb
    from samba.dcerpc import dnsp
    from samba.ndr import ndr_pack, ndr_unpack
    dn = ldb.Dn(sam, "DC=x," + zone)
    dn.set_component(0, "DC", name)
    try:
        node = sam.search(dn, ldb.SCOPE_BASE, attrs=["dnsRecord", "dNSTombstoned"])[0]
    except ldb.LdbError as e:
        if e.args[0] != ldb.ERR_NO_SUCH_OBJECT:
            raise
        sam.add({"dn": dn, "objectClass": ["top", "dnsNode"], "dnsRecord": [ndr_pack(record)]})
        return
    records = [ndr_unpack(dnsp.DnssrvRpcRecord, v) for v in node.get("dnsRecord", [])]
    m = ldb.Message(dn)
    if str(node.get("dNSTombstoned", ["FALSE"])[0]) == "TRUE":  # its last record was taken away
        records = []
        m["dNSTombstoned"] = ldb.MessageElement("FALSE", ldb.FLAG_MOD_REPLACE, "dNSTombstoned")
    m["dnsRecord"] = ldb.MessageElement([ndr_pack(r) for r in records + [record]], ldb.FLAG_MOD_REPLACE, "dnsRecord")
    sam.modify(m)


NAMES_JOBS = (make_room,)
