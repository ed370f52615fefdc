package scenario

import (
	"net/netip"
	"os/exec"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/tests/forest"
	"github.com/entente-ad/entente/tests/harness"
)

// rightsScript tries, as a user, one thing for each delegated group that has
// rights of its own, by LDAP and by SAMR, and says what came of it. Arguments:
// the DC, the user, the domain's NetBIOS name, and computers that were joined.
// The password is read from
// standard input.
const rightsScript = `
import sys
import ldb
from samba.auth import system_session
from samba.credentials import Credentials, DONT_USE_KERBEROS
from samba.param import LoadParm
from samba.samdb import SamDB

dc, user, netbios = sys.argv[1:4]
password = sys.stdin.readline()
lp = LoadParm()
lp.load_default()
creds = Credentials()
creds.guess(lp)
creds.set_username(user)
creds.set_domain(netbios)
creds.set_password(password)
creds.set_kerberos_state(DONT_USE_KERBEROS)
sam = SamDB("ldap://" + dc, credentials=creds, lp=lp)
base, config = str(sam.get_default_basedn()), str(sam.get_config_basedn())


def attempt(what, do):
    try:
        do()
        print(what + ": allowed")
    except ldb.LdbError as e:
        print(what + ": " + ("denied" if e.args[0] == ldb.ERR_INSUFFICIENT_ACCESS_RIGHTS else str(e)))


def add(dn, cls, **more):
    return lambda: sam.add(dict({"dn": dn, "objectClass": cls}, **more))


def replace(dn, attribute, value, flag=ldb.FLAG_MOD_REPLACE):
    return lambda: sam.modify(ldb.Message.from_dict(sam, {"dn": ldb.Dn(sam, dn), attribute: value}, flag))


me = "CN=Guest,CN=Users," + base
services = "CN=Services," + config
attempt("managed service accounts", add("CN=msa,CN=Managed Service Accounts," + base, "container"))
attempt("system management", add("CN=sm,CN=System Management,CN=System," + base, "container"))
attempt("dfs", add("CN=dfs,CN=Dfs-Configuration,CN=System," + base, "msDFS-NamespaceAnchor", **{"msDFS-SchemaMajorVersion": "2"}))
attempt("dhcp", add("CN=dhcp,CN=NetServices," + services, "dHCPClass", dhcpUniqueKey="0", dhcpType="0", dhcpIdentification="x", dhcpFlags="0", instanceType="4"))
attempt("certificates", add("CN=pki,CN=Public Key Services," + services, "container"))
attempt("subnets", add("CN=10.77.0.0/16,CN=Subnets,CN=Sites," + config, "subnet"))
attempt("sites", add("CN=berlin,CN=Sites," + config, "site"))
attempt("deleted objects", replace("CN=Directory Service,CN=Windows NT," + services, "msDS-DeletedObjectLifetime", "200"))
attempt("remote access", replace("CN=RAS and IAS Servers,CN=Users," + base, "member", me, ldb.FLAG_MOD_ADD))
attempt("terminal servers", replace("CN=Terminal Server License Servers,CN=Builtin," + base, "member", me, ldb.FLAG_MOD_ADD))
attempt("domain admins", replace("CN=Domain Admins,CN=Users," + base, "member", me, ldb.FLAG_MOD_ADD))

# New computers, by the name that the domain gives for their place.
place = str(sam.get_wellknown_dn(sam.get_default_basedn(), "aa312825768811d1aded00c04fd8d5cd"))
print("new computers go to %s" % place)
attempt("computer", add("CN=ws1-%s,%s" % (user, place), "computer", sAMAccountName="ws1-%s$" % user))

# What was joined is Admin's, wherever it is.
for name in sys.argv[4:]:
    found = sam.search(base, ldb.SCOPE_SUBTREE, "(sAMAccountName=%s$)" % name, attrs=[])
    dn = str(found[0].dn)
    print("%s is joined in %s" % (name, dn.split(",", 1)[1]))
    attempt(name + " described", replace(dn, "description", "by Admin"))
    attempt(name + " disabled", replace(dn, "userAccountControl", "4098"))
    if not dn.endswith(place):
        attempt(name + " moved", lambda: sam.rename(dn, "CN=%s,%s" % (name, place)))
        dn = "CN=%s,%s" % (name, place)
    attempt(name + " deleted", lambda: sam.delete(dn))
`

// TestWhatTheDelegatedGroupsMayDo: Admin, who is in all of them, may do what
// each names, and no more.
func TestWhatTheDelegatedGroupsMayDo(t *testing.T) {
	w := newWorldWithoutPartner(t)
	dc := w.managed.DnsIpAddrs[0]
	member := forest.Join(t, forest.MemberConfig{
		Name: "joined", Realm: managedName, NetBIOS: "CORP", Address: netip.MustParsePrefix("192.0.2.116/28"),
		Gateway: netip.MustParseAddr("192.0.2.126"), DNS: netip.MustParseAddr(dc),
		User: "Admin", Password: secret.New(harness.AdminPassword),
	})
	for tool, name := range map[string]string{"ads": "byads", "samba-tool": "bytool"} {
		if err := member.JoinAnother(t.Context(), tool, name); err != nil {
			t.Errorf("Admin cannot join a computer with %s: %v", tool, err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "/usr/bin/python3", "-I", "-c", rightsScript, dc, "Admin", "CORP", "byads", "bytool")
	cmd.Stdin = strings.NewReader(harness.AdminPassword)
	out, err := cmd.CombinedOutput()
	admin := string(out)
	if err != nil {
		t.Fatalf("%v\n%s", err, admin)
	}
	t.Log(admin)
	for _, what := range []string{
		"managed service accounts", "system management", "dfs", "dhcp", "certificates", "subnets", "sites",
		"deleted objects", "remote access", "terminal servers", "computer",
		"byads described", "byads disabled", "byads deleted",
		"bytool described", "bytool disabled", "bytool deleted",
	} {
		if !strings.Contains(admin, "\n"+what+": allowed\n") && !strings.HasPrefix(admin, what+": allowed\n") {
			t.Errorf("Admin may not do %q", what)
		}
	}
	if !strings.Contains(admin, "domain admins: denied") {
		t.Error("Admin may change Domain Admins")
	}
	if !strings.Contains(admin, "new computers go to OU=Computers,OU=CORP,DC=corp,DC=entente,DC=test") {
		t.Error("new computers do not go to the customer's OU")
	}
}

// newWorldWithoutPartner is newWorld for stories about the directory alone.
func newWorldWithoutPartner(t *testing.T) world {
	t.Helper()
	w := world{s: harness.Shared(t), id: harness.SharedDirectory(t, managedName)}
	w.ds = w.s.DS(t)
	w.managed = w.s.WaitDirectory(t, w.id, types.DirectoryStageActive)
	return w
}
