package scenario

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/tests/forest"
	"github.com/entente-ad/entente/tests/harness"
)

// The people and computers of the matrix.
const (
	allowed = "gina" // of the partner; may authenticate where she is allowed to
	others  = "vito" // of the partner; is allowed nowhere
	loner   = "lena" // of the partner; left Domain Users for a group of her own
)

var peopleWord = secret.New("People-Word-42")

// selectiveWorld is a world with people and a joined computer.
type selectiveWorld struct {
	world
	dcs     []string // host names of our DCs
	servers []netip.Addr
	member  *forest.Member
}

// TestSelectiveAuthentication: two users of the partner and two computers, by
// Kerberos and by NTLM, before, during and after; a computer joined later;
// rights on one computer's own access control list; users of the own domain.
func TestSelectiveAuthentication(t *testing.T) {
	w := newSelectiveWorld(t)
	w.partnerTrusts(t, "both", "forest", trustWord)
	id := w.trusts(t, types.TrustDirectionTwoWay, types.TrustTypeForest)
	w.s.WaitTrust(t, id, types.TrustStateVerified)

	t.Run("before", func(t *testing.T) {
		for _, user := range []string{allowed, others, loner} {
			w.reaches(t, user, w.dcs[0], true)
			w.reaches(t, user, w.member.Host(), true)
		}
		w.logsOn(t, partnerDomain, allowed, true)
		w.logsOn(t, partnerDomain, others, true)
	})

	w.update(t, id, types.SelectiveAuthEnabled)
	t.Run("during, nobody allowed", func(t *testing.T) {
		for _, user := range []string{allowed, others, loner} {
			for _, host := range append(slices.Clone(w.dcs), w.member.Host()) {
				w.reaches(t, user, host, false)
			}
		}
		w.logsOn(t, partnerDomain, allowed, false)
		w.logsOn(t, partnerDomain, others, false)
		w.ownUsers(t)
	})
	t.Run("during, allowed on a computer", func(t *testing.T) {
		w.asAdministrator(t, "dsacl", "set", "--objectdn=CN="+w.member.Name+",OU=Computers,OU=CORP,"+managedDN,
			"--sddl=(OA;;CR;68b1d179-0d15-4d4f-ab71-46152e79a7bc;;"+w.sid(t, allowed)+")")
		w.reachesSoon(t, allowed, w.member.Host())
		w.reaches(t, others, w.member.Host(), false)
		w.reaches(t, allowed, w.dcs[0], false)
	})
	t.Run("during, allowed by AWS's groups", func(t *testing.T) {
		w.asAdmin(t, "add", "AWS Delegated Allowed to Authenticate to Domain Controllers", w.sid(t, allowed))
		for _, host := range w.dcs {
			w.reachesSoon(t, allowed, host)
			w.reaches(t, others, host, false)
		}
		w.asAdmin(t, "delete", "AWS Delegated Allowed to Authenticate to Domain Controllers", w.sid(t, allowed))
		w.asAdmin(t, "add", "AWS Delegated Allowed to Authenticate Objects", w.sid(t, others))
		w.reachesSoon(t, others, w.member.Host())
		w.asAdmin(t, "delete", "AWS Delegated Allowed to Authenticate Objects", w.sid(t, others))
	})
	t.Run("during, joined later", func(t *testing.T) {
		w.asAdministrator(t, "computer", "create", "later", "--prepare-oldjoin", "--service-principal-name=HOST/later."+managedName)
		w.refusedSoon(t, allowed, "later."+managedName)
		w.asAdministrator(t, "computer", "delete", "later")
	})

	w.update(t, id, types.SelectiveAuthDisabled)
	t.Run("after", func(t *testing.T) {
		for _, user := range []string{allowed, others, loner} {
			w.reaches(t, user, w.dcs[1], true)
			w.reaches(t, user, w.member.Host(), true)
		}
		w.logsOn(t, partnerDomain, others, true)
		w.ownUsers(t)
		if left := w.policies(t); strings.Contains(left, "Entente") {
			t.Errorf("policies are left: %s", left)
		}
	})

	t.Run("an external trust, from its first moment", func(t *testing.T) {
		w.s.DeleteTrust(t, id)
		if err := w.partner.DeleteLocalTrust(t.Context(), managedName); err != nil {
			t.Fatal(err)
		}
		id := w.trustsBy(t, &directoryservice.CreateTrustInput{
			DirectoryId: aws.String(w.id), RemoteDomainName: aws.String(partnerName), TrustPassword: aws.String(trustWord),
			TrustDirection: types.TrustDirectionOneWayOutgoing, TrustType: types.TrustTypeExternal, SelectiveAuth: types.SelectiveAuthEnabled,
		})
		// Verified is NETLOGON's word here too: no without the partner's side,
		// and no with another trust password there.
		w.fails(t, id, "other side is missing")
		w.partnerTrusts(t, "incoming", "external", "Another-Password-43")
		w.fails(t, id, "different trust passwords")
		if err := w.partner.DeleteLocalTrust(t.Context(), managedName); err != nil {
			t.Fatal(err)
		}
		w.partnerTrusts(t, "incoming", "external", trustWord)
		if tr := w.s.WaitTrust(t, id, types.TrustStateVerified); tr.SelectiveAuth != types.SelectiveAuthEnabled {
			t.Errorf("SelectiveAuth is %s", tr.SelectiveAuth)
		}
		w.reaches(t, others, w.dcs[0], false)
		w.ownUsers(t)
		w.s.DeleteTrust(t, id)
		for end := time.Now().Add(harness.Patience); strings.Contains(w.policies(t), "Entente"); time.Sleep(500 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("the trust is gone, and its policies are not")
			}
		}
	})
}

// The partner's NetBIOS name, and ours as distinguished name.
const (
	partnerDomain = "ONPREM"
	managedDN     = "DC=corp,DC=entente,DC=test"
)

func newSelectiveWorld(t *testing.T) selectiveWorld {
	t.Helper()
	w := selectiveWorld{world: newWorld(t)}
	w.servers = addresses(t, w.managed.DnsIpAddrs)
	w.dcs = dcHosts(t, w.servers[0])
	for _, user := range []string{allowed, others, loner} {
		if err := w.partner.CreateUser(t.Context(), user, peopleWord); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _, _ = w.partner.Tool(over(t), nil, "user", "delete", user) })
	}
	for _, argv := range [][]string{
		{"group", "add", "Loners"}, {"group", "addmembers", "Loners", loner}, {"user", "setprimarygroup", loner, "Loners"},
		{"group", "removemembers", "Domain Users", loner},
	} {
		if _, err := w.partner.Tool(t.Context(), nil, argv...); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _, _ = w.partner.Tool(over(t), nil, "group", "delete", "Loners") })
	w.member = forest.Join(t, forest.MemberConfig{
		Name: "srvone", Realm: managedName, NetBIOS: "CORP", Address: netip.MustParsePrefix("192.0.2.49/28"),
		Gateway: netip.MustParseAddr("192.0.2.62"), DNS: w.servers[0], User: "Admin", Password: secret.New(harness.AdminPassword),
	})
	return w
}

// update switches selective authentication, as Terraform's provider waits.
func (w selectiveWorld) update(t *testing.T, id string, to types.SelectiveAuth) {
	t.Helper()
	out, err := w.ds.UpdateTrust(t.Context(), &directoryservice.UpdateTrustInput{TrustId: aws.String(id), SelectiveAuth: to})
	if err != nil {
		t.Fatal(err)
	}
	if aws.ToString(out.RequestId) == "" || aws.ToString(out.TrustId) != id {
		t.Errorf("UpdateTrust answers %+v", out)
	}
	pending := []types.TrustState{types.TrustStateUpdating, types.TrustStateUpdated, types.TrustStateVerifying}
	tr := w.s.WaitTrustFor(t, id, "to be updated", func(tr types.Trust) bool { return !slices.Contains(pending, tr.TrustState) })
	if tr.TrustState != types.TrustStateVerified || tr.SelectiveAuth != to {
		t.Fatalf("after the update to %s: %s, %s (%s)", to, tr.TrustState, tr.SelectiveAuth, aws.ToString(tr.TrustStateReason))
	}
}

// fails waits until the trust is not verified for a reason with these words.
func (w selectiveWorld) fails(t *testing.T, id, words string) {
	t.Helper()
	w.s.WaitTrustFor(t, id, "to say: "+words, func(tr types.Trust) bool {
		return tr.TrustState == types.TrustStateVerifyFailed && strings.Contains(aws.ToString(tr.TrustStateReason), words)
	})
}

// asks asks every KDC of ours for a ticket of the partner's user to a host.
func (w selectiveWorld) asks(t *testing.T, user, host string) (errs []error) {
	t.Helper()
	for _, dc := range w.servers {
		client := forest.NewClient(t, "", map[string][]netip.Addr{managedName: {dc}, partnerName: {w.partner.Address.Addr()}})
		if err := client.Kinit(t.Context(), user+"@"+partnerName, peopleWord); err != nil {
			t.Fatal(err)
		}
		errs = append(errs, client.Kvno(t.Context(), "host/"+host))
	}
	return errs
}

func (w selectiveWorld) reaches(t *testing.T, user, host string, want bool) {
	t.Helper()
	for i, err := range w.asks(t, user, host) {
		if problem := unlike(err, want); problem != "" {
			t.Errorf("%s to %s by the KDC %s %s: %v", user, host, w.servers[i], problem, err)
		}
	}
}

// unlike compares what a KDC said with what it should: no is the KDC's own
// word, not a failure to ask.
func unlike(err error, want bool) string {
	switch {
	case want && err != nil:
		return "is refused"
	case !want && err == nil:
		return "gets in"
	case !want && !strings.Contains(err.Error(), "KDC policy rejects request"):
		return "fails for another reason than policy"
	}
	return ""
}

// soon waits until every KDC says what is wanted. It is a limit against
// hanging.
func (w selectiveWorld) soon(t *testing.T, user, host string, want bool) {
	t.Helper()
	var last []error
	for end := time.Now().Add(harness.Patience); time.Now().Before(end); time.Sleep(500 * time.Millisecond) {
		last = w.asks(t, user, host)
		if !slices.ContainsFunc(last, func(err error) bool { return unlike(err, want) != "" }) {
			return
		}
	}
	t.Fatalf("%s to %s: %v, want %v", user, host, last, want)
}

func (w selectiveWorld) reachesSoon(t *testing.T, user, host string) {
	t.Helper()
	w.soon(t, user, host, true)
}
func (w selectiveWorld) refusedSoon(t *testing.T, user, host string) {
	t.Helper()
	w.soon(t, user, host, false)
}

// logsOn tries NTLM alone: at each of our DCs by SMB, and at the member.
func (w selectiveWorld) logsOn(t *testing.T, domain, user string, want bool) {
	t.Helper()
	password := peopleWord
	if domain != partnerDomain {
		password = secret.New(harness.AdminPassword)
	}
	try := func(where string, f func() error) {
		t.Helper()
		var err error
		// A winbindd that was without its partner asks again a moment later.
		for end := time.Now().Add(harness.Patience); ; time.Sleep(time.Second) {
			if err = f(); err == nil || !want || time.Now().After(end) {
				break
			}
		}
		if (err == nil) != want {
			t.Errorf("NTLM of %s\\%s at %s: %v, want %v", domain, user, where, err, want)
		}
	}
	for _, dc := range w.servers {
		try(dc.String(), func() error { return forest.NTLMSession(t.Context(), dc, domain, user, password) })
	}
	try("the member", func() error { return w.member.NTLM(t.Context(), domain, user, password) })
}

// ownUsers: nothing changes for them.
func (w selectiveWorld) ownUsers(t *testing.T) {
	t.Helper()
	for _, dc := range w.servers {
		client := forest.NewClient(t, "", map[string][]netip.Addr{managedName: {dc}})
		if err := client.Kinit(t.Context(), "Admin@"+managedName, secret.New(harness.AdminPassword)); err != nil {
			t.Fatal(err)
		}
		for _, host := range append(slices.Clone(w.dcs), w.member.Host()) {
			if err := client.Kvno(t.Context(), "host/"+host); err != nil {
				t.Errorf("Admin by the KDC %s: %v", dc, err)
			}
		}
	}
	w.logsOn(t, "CORP", "Admin", true)
}

// asAdministrator runs samba-tool inside our first DC, on its own database.
func (w selectiveWorld) asAdministrator(t *testing.T, argv ...string) {
	t.Helper()
	if out, err := w.s.InDC(t, w.id, w.servers[0].String(), append([]string{"samba-tool"}, argv...)...); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// asAdmin changes a group's members over LDAP as the customer's Admin, as
// dsa.msc would.
func (w selectiveWorld) asAdmin(t *testing.T, how, group, sid string) {
	t.Helper()
	ldif := fmt.Sprintf("dn: CN=%s,OU=AWS Delegated Groups,%s\nchangetype: modify\n%s: member\nmember: <SID=%s>\n", group, managedDN, how, sid)
	if out, err := forest.Modify(t.Context(), w.servers[0], "CORP\\Admin", secret.New(harness.AdminPassword), ldif); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

func (w selectiveWorld) sid(t *testing.T, user string) string {
	t.Helper()
	out, err := w.partner.Exec(t.Context(), "", "wbinfo", "--name-to-sid="+user)
	if err != nil {
		t.Fatal(err)
	}
	sid, _, _ := strings.Cut(out, " ")
	return sid
}

func (w selectiveWorld) policies(t *testing.T) string {
	t.Helper()
	out, err := w.s.InDC(t, w.id, w.servers[0].String(), "samba-tool", "domain", "auth", "policy", "list")
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return out
}
