package scenario

import (
	"context"
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
)

// The twelve faults that are planted in one self-managed domain, and the line
// of the assessment that must find each: "category: name" with its code. A
// line that fails and is not here is an invention.
//
//  1. its clock goes 4 minutes ahead
//  2. its NetBIOS name is that of the managed directory
//  3. one SRV record that Linux clients need is gone
//  4. DNS names a domain controller that does not exist
//  5. a firewall drops TCP 135
//  6. a firewall drops UDP 464
//  7. TCP 3268 is refused
//  8. SMB packets need not be signed
//  9. SMB encryption is switched off
//  10. named pipes are closed to callers without an account
//  11. the forest is at the level of Windows 2000
//  12. an account needs no Kerberos pre-authentication
const brokenName = "broken.example.org"

var brokenLines = []string{
	"Time: Clocks agree = ClockSkew",
	"Identity: NetBIOS name of the domain = NameClash",
	"DNS: SRV _kerberos._udp." + brokenName + " = DNSNoAnswer",
	"Connectivity: Domain controller answers = PortClosed",
	"Connectivity: TCP 135 (RPC endpoint mapper) = PortClosed",
	"Connectivity: UDP 464 (Kerberos password change) = PortClosed",
	"Connectivity: TCP 3268 (global catalog) = PortClosed",
	"Security: SMB signing = SigningNotRequired",
	"Security: SMB encryption = NoEncryption",
	"Security: Named pipes without an account = PipeAccessDenied",
	"Security: Functional level of the forest = OldLevel",
	"Accounts: Kerberos pre-authentication = PreauthenticationOff",
}

// TestAssessments assesses a healthy self-managed domain, in which nothing may
// be found, and one with twelve planted faults, all of which must be.
func TestAssessments(t *testing.T) {
	w := newWorld(t)
	t.Run("healthy", func(t *testing.T) {
		id := w.assess(t, map[string]any{
			"DirectoryId": w.id, "RemoteDomainName": partnerName, "DnsIpAddrs": []string{w.partner.Address.Addr().String()},
			"UserName": "Administrator", "Password": w.partner.AdminPassword.Reveal(),
		})
		out := w.assessed(t, id)
		failed, total := failures(out)
		if len(failed) > 0 || aws.ToString(out.Assessment.Status) != "SUCCESS" || total < 35 {
			t.Errorf("%s, %d lines; found in a healthy domain: %s", aws.ToString(out.Assessment.StatusReason), total, strings.Join(failed, "\n"))
		}
		if _, err := w.ds.DeleteADAssessment(t.Context(), &directoryservice.DeleteADAssessmentInput{AssessmentId: &id}); err != nil {
			t.Error(err)
		}
	})
	t.Run("another domain answers", func(t *testing.T) {
		const name = "elsewhere.example.org" // its DNS leads to the healthy domain's controller
		dns := func(argv ...string) {
			t.Helper()
			argv = append([]string{"dns", argv[0], "127.0.0.1"}, append(argv[1:], "-UAdministrator%"+w.partner.AdminPassword.Reveal())...)
			if _, err := w.partner.Tool(context.WithoutCancel(t.Context()), nil, argv...); err != nil {
				t.Fatal(err)
			}
		}
		address := w.partner.Address.Addr().String()
		dns("zonecreate", name)
		t.Cleanup(func() { dns("zonedelete", name) })
		dns("add", name, "dc1", "A", address)
		dns("add", name, "_ldap._tcp.dc._msdcs", "SRV", "dc1."+name+" 389 0 100")
		id := w.assess(t, map[string]any{"DirectoryId": w.id, "RemoteDomainName": name, "DnsIpAddrs": []string{address}})
		failed, _ := failures(w.assessed(t, id))
		const want = "Security: Kerberos encryption types = OtherDomain: "
		if !slices.ContainsFunc(failed, func(f string) bool { return strings.HasPrefix(f, want) }) {
			t.Errorf("not found: %s in\n%s", want, strings.Join(failed, "\n"))
		}
		t.Log(strings.Join(failed, "\n"))
	})
	t.Run("twelve faults", func(t *testing.T) {
		broken := breakDomain(t)
		id := w.assess(t, map[string]any{
			"DirectoryId": w.id, "RemoteDomainName": brokenName, "DnsIpAddrs": []string{broken.Address.Addr().String()},
			"TrustType": "Forest", "UserName": "Administrator", "Password": broken.AdminPassword.Reveal(),
		})
		out := w.assessed(t, id)
		failed, _ := failures(out)
		for _, want := range brokenLines {
			if !slices.ContainsFunc(failed, func(f string) bool { return strings.HasPrefix(f, want+": ") }) {
				t.Errorf("planted and not found: %s", want)
			}
		}
		for _, f := range failed {
			if !slices.ContainsFunc(brokenLines, func(want string) bool { return strings.HasPrefix(f, want+": ") }) {
				t.Errorf("invented: %s", f)
			}
		}
		t.Logf("%s\n%s", aws.ToString(out.Assessment.StatusReason), strings.Join(failed, "\n"))
	})
}

// assess starts an assessment.
func (w world) assess(t *testing.T, in map[string]any) string {
	t.Helper()
	var out struct {
		AssessmentID string `json:"AssessmentId"`
	}
	if err := w.extension(t).Call(t.Context(), "StartTrustAssessment", in, &out); err != nil {
		t.Fatal(err)
	}
	return out.AssessmentID
}

// assessed waits for the end of an assessment.
func (w world) assessed(t *testing.T, id string) *directoryservice.DescribeADAssessmentOutput {
	t.Helper()
	for end := time.Now().Add(3 * time.Minute); ; time.Sleep(200 * time.Millisecond) {
		out, err := w.ds.DescribeADAssessment(t.Context(), &directoryservice.DescribeADAssessmentInput{AssessmentId: &id})
		if err != nil {
			t.Fatal(err)
		}
		if s := aws.ToString(out.Assessment.Status); s == "SUCCESS" || s == "FAILED" {
			return out
		}
		if time.Now().After(end) {
			t.Fatalf("the assessment does not end: %s", aws.ToString(out.Assessment.StatusReason))
		}
	}
}

// failures lists the lines that failed, and counts all.
func failures(out *directoryservice.DescribeADAssessmentOutput) (failed []string, total int) {
	for _, r := range out.AssessmentReports {
		for _, v := range r.Validations {
			total++
			if aws.ToString(v.Status) != "SUCCESS" {
				failed = append(failed, line(v))
			}
		}
	}
	return failed, total
}

func line(v types.AssessmentValidation) string {
	return fmt.Sprintf("%s: %s = %s: %s", aws.ToString(v.Category), aws.ToString(v.Name), aws.ToString(v.StatusCode), aws.ToString(v.StatusReason))
}

// breakDomain makes a self-managed domain and plants the faults, by the means
// of its administrator.
func breakDomain(t *testing.T) *forest.Forest {
	t.Helper()
	f := forest.Up(t, forest.Config{
		Name: "broken", Realm: brokenName, Address: netip.MustParsePrefix("192.0.2.66/28"), HostName: "BROKENDC", NetBIOS: "CORP",
	})
	ctx := t.Context()
	run := func(stdin string, argv ...string) {
		t.Helper()
		if out, err := f.Exec(ctx, stdin, argv...); err != nil {
			t.Fatalf("%v: %v %s", argv, err, out)
		}
	}
	if err := f.CreateUser(ctx, "lazy", secret.New("Aa1-lazy-of-broken")); err != nil {
		t.Fatal(err)
	}
	const level = "changetype: modify\nreplace: msDS-Behavior-Version\nmsDS-Behavior-Version: 0\n\n"
	run("dn: CN=Partitions,CN=Configuration,"+f.DN()+"\n"+level+
		"dn: CN=lazy,CN=Users,"+f.DN()+"\nchangetype: modify\nreplace: userAccountControl\nuserAccountControl: 4194816\n",
		"ldbmodify", "-H", "/var/lib/samba/private/sam.ldb", "/dev/stdin")
	run("", "sed", "-i", `s/^\[global\]/&\n\tserver smb encrypt = off\n\tserver signing = disabled\n\trestrict anonymous = 2/`, "/etc/samba/smb.conf")
	f.FakeTime = "+4m"
	if err := f.Start(ctx); err != nil {
		t.Fatal(err)
	}
	dns := func(argv ...string) {
		t.Helper()
		argv = append(append([]string{"dns"}, argv...), "-UAdministrator%"+f.AdminPassword.Reveal())
		if _, err := f.Tool(ctx, nil, argv...); err != nil {
			t.Fatal(err)
		}
	}
	dns("delete", "127.0.0.1", brokenName, "_kerberos._udp", "SRV", "brokendc."+brokenName+" 88 0 100")
	dns("add", "127.0.0.1", brokenName, "ghost", "A", "192.0.2.70")
	dns("add", "127.0.0.1", "_msdcs."+brokenName, "_ldap._tcp.dc", "SRV", "ghost."+brokenName+" 389 0 100")
	run(`table inet faults {
		chain in {
			type filter hook input priority 0
			iifname eth0 tcp dport 135 drop
			iifname eth0 udp dport 464 drop
			iifname eth0 tcp dport 3268 reject with tcp reset
		}
	}
	`, "nft", "-f", "/dev/stdin")
	return f
}
