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


def selective(job):
    """Makes the policies and assignments as job wants them; gives what is in
    force. A policy of the customer's own is left alone, and told of."""
    sam = local_sam()
    usn = int(str(sam.search("", 0, attrs=["highestCommittedUSN"])[0]["highestCommittedUSN"][0]))
    sam.transaction_start()
    try:
        outcome = enforce(sam, job) if job["enforce"] else lift(sam)
    except BaseException:
        sam.transaction_cancel()
        raise
    sam.transaction_commit()
    outcome["usn"] = usn
    return outcome


def our_policies(sam):
    import ldb
    base = ldb.Dn(sam, POLICIES + str(sam.get_config_basedn()))
    found = sam.search(base, ldb.SCOPE_ONELEVEL, "(&(objectClass=msDS-AuthNPolicy)(cn=%s*))" % OURS,
                       attrs=["cn", "msDS-AuthNPolicyEnforced", *ALLOWED_TO])
    return base, {str(m["cn"][0]): m for m in found}


def lift(sam):
    """Deletes the policies; assignments are links and go with them."""
    _, policies = our_policies(sam)
    for m in policies.values():
        sam.delete(m.dn)
    return {"changed": len(policies)}


def enforce(sam, job):
    import ldb
    base, policies = our_policies(sam)
    own = {str(m.dn).lower() for m in policies.values()}
    rights = Rights(sam)
    insiders = insiders_of(sam, job.get("open") or [])
    changed, targets, exempt, used = 0, 0, [], {}
    for m in accounts(sam):
        assigned = str(m["msDS-AssignedAuthNPolicy"][0]) if "msDS-AssignedAuthNPolicy" in m else ""
        if "msDS-AssignedAuthNPolicySilo" in m or assigned and assigned.lower() not in own:
            exempt.append(str(m["sAMAccountName"][0]))
            continue
        sddl = "O:SYD:" + insiders + "".join("(%s;;CR;;;%s)" % r for r in rights.of(m))
        name = OURS + fingerprint(rights.of(m))
        if name not in used:
            used[name] = ldb.Dn(sam, "CN=%s,%s" % (name, base))
            changed += put_policy(sam, used[name], policies.get(name), sddl)
        targets += 1
        if assigned.lower() != str(used[name]).lower():
            sam.modify(ldb.Message.from_dict(
                sam, {"dn": m.dn, "msDS-AssignedAuthNPolicy": str(used[name])}, ldb.FLAG_MOD_REPLACE))
            changed += 1
    for name, m in policies.items():
        if name not in used:
            sam.delete(m.dn)
            changed += 1
    return {"changed": changed, "targets": targets, "exempt": sorted(exempt)[:20], "exempts": len(exempt)}


def accounts(sam):
    """Whoever may be the target of a ticket: computers, managed service
    accounts and users with a service name. Not the KDC itself, nor the
    accounts of trusts."""
    import ldb
    found = sam.search(
        sam.get_default_basedn(), ldb.SCOPE_SUBTREE,
        "(&(objectClass=user)(!(userAccountControl:1.2.840.113556.1.4.803:=2048))"
        "(|(objectClass=computer)(objectClass=msDS-ManagedServiceAccount)(servicePrincipalName=*)))",
        attrs=["sAMAccountName", "userAccountControl", "nTSecurityDescriptor", "msDS-SecondaryKrbTgtNumber",
               "msDS-AssignedAuthNPolicy", "msDS-AssignedAuthNPolicySilo"])
    return [m for m in found
            if str(m["sAMAccountName"][0]).lower() not in NO_TARGETS and "msDS-SecondaryKrbTgtNumber" not in m]


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
