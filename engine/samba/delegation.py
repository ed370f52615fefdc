"""What the delegated groups may do, and where new computers go."""

# DS_GUID_COMPUTERS_CONTAINER ([MS-ADTS] 6.1.1.4).
COMPUTERS_CONTAINER = "AA312825768811D1ADED00C04FD8D5CD"

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


def redirect_computers(sam, ou):
    """Makes ou the place of new computers, as redircmp does on Windows."""
    import ldb
    base = sam.get_default_basedn()
    res = sam.search(base, ldb.SCOPE_BASE, attrs=["wellKnownObjects"])
    wanted = "B:32:%s:%s" % (COMPUTERS_CONTAINER, ou)
    for value in [str(v) for v in res[0]["wellKnownObjects"]]:
        if COMPUTERS_CONTAINER in value.upper() and value.lower() != wanted.lower():
            m = ldb.Message(base)
            m["old"] = ldb.MessageElement(value, ldb.FLAG_MOD_DELETE, "wellKnownObjects")
            m["new"] = ldb.MessageElement(wanted, ldb.FLAG_MOD_ADD, "wellKnownObjects")
            sam.modify(m)


def delegate_joins(base, customer, allow):
    """Lets customers join computers, which go to the domain's place of new
    computers, or to CN=Computers by tools that name it. Whoever administers the
    directory has those in hand there as in the customer's own OU."""
    for dn in ("CN=Computers," + base, "OU=Computers," + customer):
        allow(dn, "Add Workstations To Domain Users", "(OA;CI;CC;%s;;%%s)" % COMPUTER)
    allow("CN=Computers," + base, "Administrators", "(OA;CIIO;%s;;%s;%%s)" % (FULL, COMPUTER))


def schema_guid(sam, name):
    """The GUID by which an entry of an access list names a class or attribute."""
    import ldb
    from samba.dcerpc import misc
    from samba.ndr import ndr_unpack
    res = sam.search(sam.get_schema_basedn(), ldb.SCOPE_ONELEVEL, "(lDAPDisplayName=%s)" % name, attrs=["schemaIDGUID"])
    return str(ndr_unpack(misc.GUID, res[0]["schemaIDGUID"][0]))


def delegate_services(sam, base, customer, allow):
    """Rights of the groups that look after one service each: its container, or
    the built-in group that stands for it. allow(dn, group, ace) adds an entry
    that is not there yet."""
    config = str(sam.get_config_basedn())
    services, sites = "CN=Services," + config, "CN=Sites," + config
    add(sam, {"dn": "CN=System Management,CN=System," + base, "objectClass": "container"})
    whole = "(A;CI;RPWPCRCCDCLCLORCWOWDSDDTSW;;;%s)"
    for dn, group in (
            ("CN=Managed Service Accounts," + base, "Managed Service Account Administrators"),
            ("CN=System Management,CN=System," + base, "System Management Administrators"),
            ("CN=Dfs-Configuration,CN=System," + base, "Distributed File System Administrators"),
            ("CN=NetServices," + services, "Dynamic Host Configuration Protocol Administrators"),
            ("CN=Public Key Services," + services, "Enterprise Certificate Authority Administrators"),
            ("CN=Subnets," + sites, "Sites and Services Administrators")):
        allow(dn, group, whole)
    site = schema_guid(sam, "site")
    allow(sites, "Sites and Services Administrators", "(OA;;CC;%s;;%%s)" % site)
    allow(sites, "Sites and Services Administrators", "(OA;CIIO;RPWP;;%s;%%s)" % site)
    allow("CN=Directory Service,CN=Windows NT," + services, "Deleted Object Lifetime Administrators",
          "(OA;;RPWP;%s;;%%s)" % schema_guid(sam, "msDS-DeletedObjectLifetime"))
    member = "(OA;;RPWP;%s;;%%s)" % schema_guid(sam, "member")
    allow("CN=RAS and IAS Servers,CN=Users," + base, "Remote Access Service Administrators", member)
    allow("CN=Terminal Server License Servers,CN=Builtin," + base, "Terminal Server Licensing Administrators", member)
    # Account operators reset passwords and unlock; the right is User-Force-Change-Password.
    user = schema_guid(sam, "user")
    allow(customer, "Account Operators", "(OA;CIIO;CR;00299570-246d-11d0-a768-00aa006e0529;%s;%%s)" % user)
    for attribute in ("pwdLastSet", "lockoutTime"):
        allow(customer, "Account Operators", "(OA;CIIO;RPWP;%s;%s;%%s)" % (schema_guid(sam, attribute), user))
