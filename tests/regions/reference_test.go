package regions

import (
	"strings"
	"testing"
)

// forget takes out of one domain controller's database the ways back from all
// domain controllers' accounts to their server objects, as it happens when the
// account is replicated there after the server object.
const forget = `
import ldb
from samba import dsdb
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB

lp = LoadParm()
lp.load_default()
sam = SamDB(lp=lp, session_info=system_session())
for server in sam.search(sam.get_config_basedn(), ldb.SCOPE_SUBTREE, "(objectClass=server)", attrs=["serverReference"]):
    m = ldb.Message(ldb.Dn(sam, str(server["serverReference"][0])))
    m["old"] = ldb.MessageElement(str(server.dn), ldb.FLAG_MOD_DELETE, "serverReferenceBL")
    sam.modify(m, controls=["show_recycled:1", "relax:0", "local_oid:%s:0" % dsdb.DSDB_CONTROL_DBCHECK])
`

// forgetReferences does that, and makes sure that dbcheck minds. What comes
// next to the domain has to put it right.
func (w *world) forgetReferences(t *testing.T, dc controller) {
	t.Helper()
	if out, err := w.inDC(t, dc, "/usr/bin/python3", "-c", forget); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if out, _ := w.inDC(t, dc, "samba-tool", "dbcheck", "--cross-ncs"); !strings.Contains(out, "missing backlink attribute 'serverReferenceBL'") {
		t.Errorf("dbcheck of %s finds nothing wrong: %s", dc.id, out)
	}
}
