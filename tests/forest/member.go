package forest

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/entente-ad/entente/internal/secret"
)

// MemberConfig says what member server to make. All are needed.
type MemberConfig struct {
	Name     string       // host name, unique on this machine, at most 10 lower-case letters and digits
	Realm    string       // DNS name of the domain that it joins
	NetBIOS  string       // of that domain
	Address  netip.Prefix // the member's address and its network's length
	Gateway  netip.Addr   // the link's other end, in this network namespace
	DNS      netip.Addr   // a DC of the domain
	User     string       // an account that may make computers there
	Password secret.Text
}

// Member is a computer that is joined to a domain, with stock winbindd.
type Member struct {
	MemberConfig
	sh, state string
}

// Join makes a member server and removes it when the test ends. Its account is
// made in OU=Computers of the managed directory's own OU, and stays.
func Join(t testing.TB, cfg MemberConfig) *Member {
	t.Helper()
	NeedRoot(t)
	dir, err := os.MkdirTemp("", "member-"+cfg.Name+"-")
	if err != nil {
		t.Fatal(err)
	}
	m := &Member{MemberConfig: cfg, sh: filepath.Join(dir, "member.sh"), state: filepath.Join(dir, "state")}
	t.Cleanup(func() {
		_, _ = output(context.WithoutCancel(t.Context()), "", nil, m.sh, "down", cfg.Name, m.state)
		_ = os.RemoveAll(dir)
	})
	if err := Scripts(dir); err != nil {
		t.Fatal(err)
	}
	_, err = output(t.Context(), cfg.User+"\n"+cfg.Password.Reveal()+"\n", nil, m.sh, "up", cfg.Name, m.state,
		cfg.Realm, cfg.NetBIOS, cfg.Address.String(), cfg.Gateway.String(), cfg.DNS.String())
	if err != nil {
		t.Fatalf("cannot join %s to %s: %v", cfg.Name, cfg.Realm, err)
	}
	return m
}

// Host gives the member's full DNS name.
func (m *Member) Host() string { return m.Name + "." + m.Realm }

// Exec runs a command on the member and gives its standard output.
func (m *Member) Exec(ctx context.Context, argv ...string) (string, error) {
	return output(ctx, "", nil, m.sh, append([]string{"exec", m.state}, argv...)...)
}

// JoinAnother joins another computer, of that name, to the member's domain with
// a stock tool that is told nothing but who asks, and logs on as it: "ads" is
// net's way, "samba-tool" the other. Its account stays.
func (m *Member) JoinAnother(ctx context.Context, tool, name string) error {
	_, err := output(ctx, m.User+"\n"+m.Password.Reveal()+"\n", nil, m.sh, "join", m.state, tool, m.Realm, name)
	return err
}

// NTLM logs a user on to the member with NTLM: its winbindd asks a DC of its
// domain, which asks the user's own. The error has winbindd's words.
func (m *Member) NTLM(ctx context.Context, domain, user string, password secret.Text) error {
	// ntlm_auth itself would show the password in the list of processes.
	out, err := output(ctx, password.Reveal()+"\n", nil, m.sh, "exec", m.state,
		"/usr/bin/ntlm_auth", "--domain="+domain, "--username="+user)
	if err != nil {
		return fmt.Errorf("%w %s", err, out)
	}
	return nil
}
