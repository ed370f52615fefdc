package scenario

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/tests/forest"
	"github.com/entente-ad/entente/tests/harness"
)

// TestCreateComputer: the account is where it is asked for, can log on, and
// gets no attributes that Admin could not give it.
func TestCreateComputer(t *testing.T) {
	w := newWorldWithoutPartner(t)
	const word = "Passw0rd-of-a-computer"
	create := func(change func(*directoryservice.CreateComputerInput)) (*directoryservice.CreateComputerOutput, error) {
		in := &directoryservice.CreateComputerInput{DirectoryId: aws.String(w.id), ComputerName: aws.String("MADE"), Password: aws.String(word)}
		change(in)
		return w.ds.CreateComputer(t.Context(), in)
	}
	attribute := func(name, value string) []types.Attribute {
		return []types.Attribute{{Name: aws.String(name), Value: aws.String(value)}}
	}
	out, err := create(func(in *directoryservice.CreateComputerInput) {
		in.ComputerAttributes = attribute("description", "made by the API")
	})
	if err != nil {
		t.Fatal(err)
	}
	shown, err := w.s.InDC(t, w.id, w.managed.DnsIpAddrs[0], "samba-tool", "computer", "show", "MADE")
	if err != nil {
		t.Fatal(err, shown)
	}
	for _, want := range []string{"objectSid: " + aws.ToString(out.Computer.ComputerId), "description: made by the API", "CN=MADE,OU=Computers,OU=CORP,"} {
		if !strings.Contains(shown, want) {
			t.Errorf("no %q in %s", want, shown)
		}
	}
	servers := []netip.Addr{netip.MustParseAddr(w.managed.DnsIpAddrs[0])}
	client := forest.NewClient(t, "", map[string][]netip.Addr{managedName: servers})
	if err := client.Kinit(t.Context(), "MADE$@"+managedName, secret.New(word)); err != nil {
		t.Error("the computer cannot log on:", err)
	}
	var exists *types.EntityAlreadyExistsException
	if _, err := create(func(*directoryservice.CreateComputerInput) {}); !errors.As(err, &exists) {
		t.Error("a second computer of that name:", err)
	}
	for what, change := range map[string]func(in *directoryservice.CreateComputerInput){
		"outside of the customer's OU": func(in *directoryservice.CreateComputerInput) {
			in.OrganizationalUnitDistinguishedName = aws.String("OU=Domain Controllers,DC=corp,DC=entente,DC=test")
		},
		"in an OU that is not there": func(in *directoryservice.CreateComputerInput) {
			in.OrganizationalUnitDistinguishedName = aws.String("OU=None,OU=CORP,DC=corp,DC=entente,DC=test")
		},
		"trusted to delegate": func(in *directoryservice.CreateComputerInput) {
			in.ComputerAttributes = attribute("userAccountControl", "528384")
		},
		"with no such attribute": func(in *directoryservice.CreateComputerInput) { in.ComputerAttributes = attribute("colour", "green") },
	} {
		_, err := create(func(in *directoryservice.CreateComputerInput) {
			in.ComputerName = aws.String("REFUSED")
			change(in)
		})
		var invalid *types.InvalidParameterException
		if !errors.As(err, &invalid) {
			t.Errorf("a computer %s was not refused: %v", what, err)
			continue
		}
	}
	if shown, err := w.s.InDC(t, w.id, w.managed.DnsIpAddrs[0], "samba-tool", "computer", "show", "REFUSED"); err == nil {
		t.Error("what was refused is there:", shown)
	}
}

// TestResetUserPassword: a user of the customer's who is disabled gets in with
// the new password; accounts outside of the customer's OU cannot be had.
func TestResetUserPassword(t *testing.T) {
	w := newWorldWithoutPartner(t)
	dc := w.managed.DnsIpAddrs[0]
	tool := func(argv ...string) {
		t.Helper()
		if out, err := w.s.InDC(t, w.id, dc, append([]string{"samba-tool"}, argv...)...); err != nil {
			t.Fatalf("%v: %v %s", argv, err, out)
		}
	}
	reset := func(user, password string) error {
		_, err := w.ds.ResetUserPassword(t.Context(), &directoryservice.ResetUserPasswordInput{
			DirectoryId: aws.String(w.id), UserName: aws.String(user), NewPassword: aws.String(password),
		})
		return err
	}
	const word = "Passw0rd-of-nobody-else"
	tool("user", "create", "sleeper", harness.AdminPassword, "--userou=OU=Users,OU=CORP")
	tool("user", "disable", "sleeper")
	tool("user", "create", "outsider", harness.AdminPassword)
	if err := reset("SLEEPER", word); err != nil {
		t.Fatal(err)
	}
	client := forest.NewClient(t, "", map[string][]netip.Addr{managedName: {netip.MustParseAddr(dc)}})
	if err := client.Kinit(t.Context(), "sleeper@"+managedName, secret.New(word)); err != nil {
		t.Error("a disabled user was not enabled:", err)
	}
	for _, user := range []string{"Administrator", "krbtgt", "Guest", "outsider", "nobody"} {
		var none *types.UserDoesNotExistException
		if err := reset(user, word); !errors.As(err, &none) {
			t.Errorf("the password of %s: %v", user, err)
		}
	}
	var poor *types.InvalidPasswordException
	if err := reset("sleeper", "short"); !errors.As(err, &poor) {
		t.Error("a short password:", err)
	}
}
