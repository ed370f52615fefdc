# The job that makes KDC and NTLM ask, for every computer and service account
# of the domain, who may authenticate to it (selective authentication of
# trusts). It comes before runner.py in the program that is run, and uses its
# functions.
#
# The rule is an authentication policy per set of rights: its security
# descriptor lets in whoever has a group of this domain as only its own
# accounts have, then whom the account's own access control list lets in. The
# order is that of the list, so that its denials count.

POLICIES = "CN=AuthN Policies,CN=AuthN Policy Configuration,CN=Services,"
OURS = "Entente selective authentication "
ALLOWED_TO = ("msDS-UserAllowedToAuthenticateTo", "msDS-ComputerAllowedToAuthenticateTo",
              "msDS-ServiceAllowedToAuthenticateTo")
ALLOWED_TO_AUTHENTICATE = "68b1d179-0d15-4d4f-ab71-46152e79a7bc"
# Domain Users, Guests, Computers, Controllers, Read-only Domain Controllers:
# what accounts have for a primary group unless somebody changes that.
PRIMARY = (513, 514, 515, 516, 521)
MOST_GROUPS = 1000  # an access control entry has at most 64 KiB
NO_TARGETS = ("krbtgt",)

# A domain may have any number of accounts, so nothing here is done for all of
# them at once: one transaction is for a batch, one job for so many batches as
# it has time for, and the next job goes on where it stopped.
BATCH = 200    # accounts that are read, and written in one transaction
SECONDS = 20   # that a job takes batch after batch
# Accounts on one policy. The database keeps the list of them in the policy
# and writes all of it with each that comes: one list of a whole domain would
# make the work grow with its square, and every ticket read it.
MEMBERS = 500


def selective(job):
    """Makes policies and assignments as job wants them, from the account on
    that it names, and gives what is in force and where it stopped ("after", ""
    at the end). A policy of the customer's own is left alone, and told of."""
    import time
    sam = local_sam()
    usn = int(str(sam.search("", 0, attrs=["highestCommittedUSN"])[0]["highestCommittedUSN"][0]))
    work = Enforced(sam, job.get("open") or []) if job["enforce"] else Lifted(sam)
    todo = listed(sam, job["enforce"], job.get("after") or "")
    end = time.monotonic() + SECONDS
    after = ""
    while todo:
        batch, todo = todo[:BATCH], todo[BATCH:]
        work.settle(batch)
        if todo and time.monotonic() >= end:
            after = batch[-1].hex()
            break
    if not after:
        work.drop_unused()
    return {"usn": usn, "after": after, "left": len(todo), "changed": work.changed, "targets": work.targets,
            "exempt": sorted(work.exempt)[:20], "exempts": len(work.exempt)}


def listed(sam, enforce, after):
    """The GUIDs of all accounts to look at that come after one, in order: those
    that may be the target of a ticket (computers, managed service accounts and
    users with a service name; not the accounts of trusts), and those that have
    a policy though they are no target any more."""
    import bisect
    import ldb
    asks = "(msDS-AssignedAuthNPolicy=*)"
    if enforce:
        never = "".join("(!(sAMAccountName=%s))" % name for name in NO_TARGETS) + "(!(msDS-SecondaryKrbTgtNumber=*))"
        asks += "(&(|(objectClass=computer)(objectClass=msDS-ManagedServiceAccount)(servicePrincipalName=*))%s)" % never
    found = sam.search(
        sam.get_default_basedn(), ldb.SCOPE_SUBTREE,
        "(&(objectClass=user)(!(userAccountControl:1.2.840.113556.1.4.803:=2048))(|%s))" % asks, attrs=["objectGUID"])
    guids = sorted(bytes(m["objectGUID"][0]) for m in found)
    return guids[bisect.bisect_right(guids, bytes.fromhex(after)):]


def policies_base(sam):
    import ldb
    return ldb.Dn(sam, POLICIES + str(sam.get_config_basedn()))


def our_policies(sam):
    import ldb
    found = sam.search(policies_base(sam), ldb.SCOPE_ONELEVEL, "(&(objectClass=msDS-AuthNPolicy)(cn=%s*))" % OURS,
                       attrs=["cn", "msDS-AuthNPolicyEnforced", *ALLOWED_TO])
    return {str(m["cn"][0]): m for m in found}


class Lifted:
    """No account has a policy of ours."""

    def __init__(self, sam):
        self.sam = sam
        self.policies = our_policies(sam)
        self.own = {str(m.dn).lower(): name for name, m in self.policies.items()}
        self.changed, self.targets, self.exempt = 0, 0, []

    def settle(self, guids):
        """Looks at a batch of accounts and writes those that are not as they
        must be, in a transaction that looks at each of them again."""
        wrong = [guid for guid in guids if self.wrong(self.read(guid), True)]
        if not wrong:
            return
        self.sam.transaction_start()
        try:
            written = 0
            for guid in wrong:
                m = self.read(guid)
                if self.wrong(m, False):
                    self.assign(m, self.wanted(m))
                    written += 1
        except BaseException:
            self.sam.transaction_cancel()
            raise
        self.sam.transaction_commit()
        self.changed += written

    def read(self, guid):
        """One account, None when it is gone."""
        import uuid
        import ldb
        try:
            found = self.sam.search(
                "<GUID=%s>" % uuid.UUID(bytes_le=guid), ldb.SCOPE_BASE,
                attrs=["sAMAccountName", "objectClass", "servicePrincipalName", "userAccountControl",
                       "nTSecurityDescriptor", "msDS-SecondaryKrbTgtNumber", "msDS-AssignedAuthNPolicy",
                       "msDS-AssignedAuthNPolicySilo"])
        except ldb.LdbError as e:
            if e.args[0] == ldb.ERR_NO_SUCH_OBJECT:
                return None
            raise
        return found[0] if found else None

    def assigned(self, m):
        """The distinguished name of an account's policy, "" for none."""
        return str(m["msDS-AssignedAuthNPolicy"][0]).lower() if "msDS-AssignedAuthNPolicy" in m else ""

    def wrong(self, m, count):
        return m is not None and self.assigned(m) in self.own

    def wanted(self, m):
        return ""

    def assign(self, m, policy):
        import ldb
        self.sam.modify(ldb.Message.from_dict(
            self.sam, {"dn": m.dn, "msDS-AssignedAuthNPolicy": policy or []}, ldb.FLAG_MOD_REPLACE))

    def drop_unused(self):
        """Deletes policies that no account has."""
        for name, m in our_policies(self.sam).items():
            if members_of(self.sam, m.dn) == 0:
                self.sam.delete(m.dn)
                self.changed += 1


def members_of(sam, dn):
    import ldb
    found = sam.search(dn, ldb.SCOPE_BASE, attrs=["msDS-AssignedAuthNPolicyBL"])
    return len(found[0].get("msDS-AssignedAuthNPolicyBL", []))


class Enforced(Lifted):
    """Every target has a policy with its rights."""

    def __init__(self, sam, open_domains):
        super().__init__(sam)
        self.rights = Rights(sam)
        self.insiders = insiders_of(sam, open_domains)
        self.right = set()   # names of policies that are as they must be
        self.members = {}    # name to how many accounts have it
        self.roomy = {}      # fingerprint to the number of the first policy with room

    def wrong(self, m, count):
        if m is None:
            return False
        assigned = self.assigned(m)
        if not self.target(m):
            return assigned in self.own
        if "msDS-AssignedAuthNPolicySilo" in m or assigned and assigned not in self.own:
            if count:
                self.exempt.append(str(m["sAMAccountName"][0]))
            return False
        if count:
            self.targets += 1
        name = self.own.get(assigned, "")
        if name.split("-")[0] != OURS + fingerprint(self.rights.of(m)):
            return True
        self.put(name, self.rights.of(m))
        return False

    def wanted(self, m):
        if not self.target(m):
            return ""
        rights = self.rights.of(m)
        mark = fingerprint(rights)
        number = self.roomy.get(mark, 0)
        while True:
            name = OURS + mark + ("-%d" % number if number else "")
            dn = self.put(name, rights)
            if name not in self.members:
                self.members[name] = members_of(self.sam, dn)
            if self.members[name] < MEMBERS:
                break
            number += 1
        self.roomy[mark] = number
        self.members[name] += 1
        return str(dn)

    def target(self, m):
        classes = [str(c) for c in m["objectClass"]]
        return (("computer" in classes or "msDS-ManagedServiceAccount" in classes or "servicePrincipalName" in m)
                and str(m["sAMAccountName"][0]).lower() not in NO_TARGETS and "msDS-SecondaryKrbTgtNumber" not in m)

    def put(self, name, rights):
        """Makes a policy as it is wanted, once in a job; gives where it is."""
        import ldb
        dn = ldb.Dn(self.sam, "CN=%s,%s" % (name, policies_base(self.sam)))
        if name not in self.right:
            sddl = "O:SYD:" + self.insiders + "".join("(%s;;CR;;;%s)" % r for r in rights)
            self.changed += put_policy(self.sam, dn, self.policies.get(name), sddl)
            self.right.add(name)
            self.own[str(dn).lower()] = name
        return dn


def put_policy(sam, dn, old, sddl):
    """Makes one policy as it is wanted; gives 1 when it was not."""
    import ldb
    from samba.dcerpc import security
    from samba.ndr import ndr_pack
    value = ndr_pack(security.descriptor.from_sddl(sddl, security.dom_sid(sam.get_domain_sid())))
    if old is None:
        sam.add({"dn": str(dn), "objectClass": "msDS-AuthNPolicy", "msDS-AuthNPolicyEnforced": "TRUE",
                 "description": "Made by Entente for trusts with selective authentication. Entente keeps it as it is.",
                 **{a: value for a in ALLOWED_TO}})
        return 1
    if str(old.get("msDS-AuthNPolicyEnforced", [""])[0]) == "TRUE" and all(
            a in old and bytes(old[a][0]) == value for a in ALLOWED_TO):
        return 0
    sam.modify(ldb.Message.from_dict(
        sam, {"dn": dn, "msDS-AuthNPolicyEnforced": "TRUE", **{a: value for a in ALLOWED_TO}}, ldb.FLAG_MOD_REPLACE))
    return 1


def fingerprint(rights):
    import hashlib
    return hashlib.sha256(repr(rights).encode()).hexdigest()[:16]


def insiders_of(sam, open_domains):
    """The entry that lets in this domain's own accounts, and those of partners
    without selective authentication. Nobody else can have these groups: only
    accounts of the domain itself can be members of its global and universal
    groups, and have one for a primary group."""
    import ldb
    from samba.dcerpc import security
    from samba.ndr import ndr_unpack
    domain = str(sam.get_domain_sid())
    sids = ["%s-%d" % (d, rid) for d in [domain, *open_domains] for rid in PRIMARY]
    unusual = sam.search(
        sam.get_default_basedn(), ldb.SCOPE_SUBTREE,
        "(&(objectClass=user)(primaryGroupID=*)%s)" % "".join("(!(primaryGroupID=%d))" % rid for rid in PRIMARY),
        attrs=["primaryGroupID"])
    sids += ["%s-%s" % (domain, m["primaryGroupID"][0]) for m in unusual]
    # Groups that may become somebody's primary group before the next look.
    groups = sam.search(sam.get_default_basedn(), ldb.SCOPE_SUBTREE,
                        "(&(objectClass=group)(|(groupType=-2147483646)(groupType=-2147483640)))", attrs=["objectSid"])
    sids += sorted(str(ndr_unpack(security.dom_sid, m["objectSid"][0])) for m in groups)
    sids = list(dict.fromkeys(sids))[:MOST_GROUPS]
    return "(XA;;CR;;;WD;(Member_of_any {%s}))" % ", ".join("SID(%s)" % s for s in sids)


class Rights:
    """Who of other domains may authenticate to an account, by its own list."""

    def __init__(self, sam):
        import ldb
        from samba.dcerpc import security
        from samba.ndr import ndr_unpack
        self.domain = str(sam.get_domain_sid()) + "-"
        self.seen = {}
        # Groups that may have members of other domains: domain-local ones.
        self.mixed, named = set(), {}
        for m in sam.search(sam.get_default_basedn(), ldb.SCOPE_SUBTREE,
                            "(&(objectClass=group)(groupType:1.2.840.113556.1.4.803:=4))",
                            attrs=["objectSid", "sAMAccountName"]):
            sid = str(ndr_unpack(security.dom_sid, m["objectSid"][0]))
            self.mixed.add(sid)
            named[str(m["sAMAccountName"][0])] = sid
        self.controllers = self.granted(named, "Domain Controllers")
        self.objects = self.granted(named, "Objects")

    @staticmethod
    def granted(named, what):
        for word in ("Allowed to Authenticate to " + what, "Allowed to Authenticate " + what):
            sid = named.get("AWS Delegated " + word)
            if sid:
                return (("A", sid),)
        return ()

    def of(self, m):
        """The entries for one account, as ("A" or "D", SID), in order."""
        controller = int(str(m["userAccountControl"][0])) & (0x2000 | 0x4000000) != 0
        key = (controller, bytes(m["nTSecurityDescriptor"][0]))
        if key not in self.seen:
            rights = list(dict.fromkeys(self.listed(key[1]))) + list(self.controllers if controller else self.objects)
            self.seen[key] = tuple(rights)
        return self.seen[key]

    def listed(self, descriptor):
        from samba.dcerpc import security
        from samba.ndr import ndr_unpack
        dacl = ndr_unpack(security.descriptor, descriptor).dacl
        for ace in dacl.aces if dacl else ():
            kind = {
                security.SEC_ACE_TYPE_ACCESS_ALLOWED: "A", security.SEC_ACE_TYPE_ACCESS_ALLOWED_OBJECT: "A",
                security.SEC_ACE_TYPE_ACCESS_DENIED: "D", security.SEC_ACE_TYPE_ACCESS_DENIED_OBJECT: "D",
            }.get(ace.type)
            if not kind or ace.flags & security.SEC_ACE_FLAG_INHERIT_ONLY:
                continue
            if not ace.access_mask & (security.SEC_ADS_CONTROL_ACCESS | security.SEC_GENERIC_ALL):
                continue
            if ace.type in (security.SEC_ACE_TYPE_ACCESS_ALLOWED_OBJECT, security.SEC_ACE_TYPE_ACCESS_DENIED_OBJECT) \
                    and ace.object.flags & security.SEC_ACE_OBJECT_TYPE_PRESENT \
                    and str(ace.object.type) != ALLOWED_TO_AUTHENTICATE:
                continue
            sid = str(ace.trustee)
            if self.outsider(sid):
                yield kind, sid

    def outsider(self, sid):
        """Whether an account of another domain may have this SID."""
        if sid in self.mixed or sid in ("S-1-1-0", "S-1-5-2", "S-1-5-11"):
            return True
        if sid.startswith("S-1-5-32-"):
            return True
        return sid.startswith("S-1-5-21-") and not sid.startswith(self.domain)


def trust_key(job):
    """The NT hash of the outgoing trust password, as this DC holds it: what a
    secure channel to the partner is made with."""
    import ldb
    from samba.dcerpc import drsblobs
    from samba.ndr import ndr_unpack
    sam = local_sam()
    found = sam.search(
        ldb.Dn(sam, "CN=System," + str(sam.get_default_basedn())), ldb.SCOPE_ONELEVEL,
        "(&(objectClass=trustedDomain)(trustPartner=%s))" % ldb.binary_encode(job["partner"]),
        attrs=["trustAuthOutgoing"])
    if not found or "trustAuthOutgoing" not in found[0]:
        raise Failure("NoTrust", "this DC has no trust with %s that has an outgoing direction" % job["partner"])
    blob = ndr_unpack(drsblobs.trustAuthInOutBlob, found[0]["trustAuthOutgoing"][0])
    for entry in blob.current.array if blob.count else ():
        if entry.AuthType == 2:  # clear text
            return {"key": nt_hash(bytes(entry.AuthInfo.password))}
        if entry.AuthType == 1:
            return {"key": bytes(entry.AuthInfo.password.hash).hex()}
    raise Failure("NoTrust", "the trust with %s has no password on this DC" % job["partner"])


def nt_hash(clear):
    from samba.credentials import Credentials
    c = Credentials()
    c.set_utf16_password(clear)
    return c.get_nt_hash().hex()


SELECTIVE_JOBS = (selective, trust_key)
