"""Jobs that make a domain: its database here, what every directory has in it,
and its users' passwords."""


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
    samba_tool(
        "domain", "join", job["domain"], "DC", "--dns-backend=SAMBA_INTERNAL",
        "--server=" + job["first"], "--realm=" + job["realm"],
        "--option=ad dc functional level = 2016",
        "--username=Administrator", "--password=" + job["password"])
    # Its services' names (ldap/HOST), which Samba enters at its start if it is
    # quick enough, and otherwise ten minutes later.
    try:
        samba_script("samba_spnupdate")
    except Exception as e:
        print("samba_spnupdate: %s" % e)
    return {"sid": str(local_sam().get_domain_sid())}


def populate(job):
    """Makes the OUs, the delegated groups and the user Admin, whatever of it
    is there already."""
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
            ("complexity", "it needs characters of three of the classes upper case, lower case, digits and others, "
                           "and must not contain the user's name"),
            ("history", "it was used before"),
            ("too young", "the password was changed too recently")):
        if word in text.lower():
            return "The password does not meet the domain's password policy: " + meaning + "."
    return "The password does not meet the domain's password policy."


DOMAIN_JOBS = (provision, join, populate, set_password)
