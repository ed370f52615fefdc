"""Accounts of computers, made for the customer."""


def create_computer(job):
    """Makes an account for a computer and gives it its attributes with the
    rights of Admin, so that nobody gets more that way than Admin may give. The
    GUID is the wish's: an account that has it was made by this job before."""
    import ldb
    from samba.dcerpc import misc, security
    from samba.ndr import ndr_pack, ndr_unpack
    sam, name = local_sam(), job["name"]
    guid = ndr_pack(misc.GUID(job["guid"]))
    place = customer_place(sam, job["netbios"], job["ou"])
    dn = ldb.Dn(sam, "CN=%s,%s" % (name, place))

    def found():
        return sam.search(sam.get_default_basedn(), ldb.SCOPE_SUBTREE, "(sAMAccountName=%s$)" % name,
                          attrs=["objectGUID", "objectSid"])

    there = found()
    if there and bytes(there[0]["objectGUID"][0]) != guid:
        raise Failure("Exists", "There is an account of a computer %s already: %s." % (name, there[0].dn))
    if not there:
        try:
            sam.add({"dn": dn, "objectClass": "computer", "objectGUID": guid, "sAMAccountName": name + "$",
                     "userAccountControl": "4096", "clearTextPassword": job["password"].encode("utf-16-le")},
                    controls=["relax:0"])
        except ldb.LdbError as e:
            if e.args[0] == ldb.ERR_ENTRY_ALREADY_EXISTS:
                raise Failure("Exists", "There is an object %s already." % dn)
            raise
        there = found()
    try:
        describe_computer(sam, job["netbios"], there[0].dn, job["attributes"])
    except Failure:
        sam.delete(there[0].dn)
        raise
    return {"sid": str(ndr_unpack(security.dom_sid, there[0]["objectSid"][0]))}


def customer_place(sam, netbios, given):
    """The distinguished name given, if it is a place in the customer's OU."""
    import ldb
    customer = ldb.Dn(sam, "OU=%s,%s" % (netbios, sam.get_default_basedn()))
    try:
        place = ldb.Dn(sam, given or "OU=Computers,%s" % customer)
        inside = place == customer or place.is_child_of(customer)
    except ValueError:
        raise Failure("Invalid", "The organizational unit %s is not a distinguished name." % given)
    if not inside:
        raise Failure("Invalid", "The organizational unit %s is not in %s, where customers' objects are."
                      % (given, customer))
    try:
        sam.search(place, ldb.SCOPE_BASE, attrs=[])
    except ldb.LdbError as e:
        if e.args[0] != ldb.ERR_NO_SUCH_OBJECT:
            raise
        raise Failure("Invalid", "There is no organizational unit %s." % place)
    return place


def describe_computer(sam, netbios, dn, attributes):
    import ldb
    from samba.auth import (AUTH_SESSION_INFO_AUTHENTICATED, AUTH_SESSION_INFO_DEFAULT_GROUPS,
                            AUTH_SESSION_INFO_SIMPLE_PRIVILEGES, user_session)
    from samba.samdb import SamDB
    if not attributes:
        return
    admin = customer_user(sam, netbios, "Admin")
    if admin is None:
        raise Failure("Invalid", "Attributes are set with the rights of the user Admin, and there is none in OU=%s."
                      % netbios)
    lp = loadparm()
    session = user_session(sam, lp_ctx=lp, dn=str(admin.dn), session_info_flags=(
        AUTH_SESSION_INFO_DEFAULT_GROUPS | AUTH_SESSION_INFO_AUTHENTICATED | AUTH_SESSION_INFO_SIMPLE_PRIVILEGES))
    mine = SamDB(session_info=session, lp=lp)
    for name, values in attributes.items():
        m = ldb.Message(dn)
        try:
            m[name] = ldb.MessageElement(values, ldb.FLAG_MOD_REPLACE, name)
            mine.modify(m)
        except ldb.LdbError as e:
            raise Failure("Invalid", "The attribute %s cannot be set to what is given (LDAP result %d)."
                          % (name, e.args[0]))


COMPUTER_JOBS = (create_computer,)
