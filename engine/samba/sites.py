"""Jobs about AD sites, which are the Regions. Each file here comes before
runner.py in the program that is run, and uses the functions of the others."""

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


SITE_JOBS = (sites,)
