package forest

import (
	"context"
	"net/netip"
	"os"

	"github.com/entente-ad/entente/internal/secret"
)

// NTLMSession logs a user on to an SMB server with NTLM alone, by stock
// smbclient. The error has its words.
func NTLMSession(ctx context.Context, server netip.Addr, domain, user string, password secret.Text) error {
	file, done, err := credentials(domain, user, password)
	if err != nil {
		return err
	}
	defer done()
	_, err = output(ctx, "", nil, "smbclient", "//"+server.String()+"/IPC$", "--use-kerberos=off",
		"--authentication-file="+file, "--command=exit")
	return err
}

// Modify applies LDIF with stock ldbmodify over LDAP, as user "DOMAIN\name".
func Modify(ctx context.Context, server netip.Addr, user string, password secret.Text, ldif string) (string, error) {
	return output(ctx, ldif, []string{"PASSWD=" + password.Reveal()}, "ldbmodify", "-H", "ldap://"+server.String(), "-U", user)
}

// credentials writes an authentication file, since arguments are seen in the
// list of processes.
func credentials(domain, user string, password secret.Text) (file string, done func(), err error) {
	f, err := os.CreateTemp("", "smb")
	if err != nil {
		return "", nil, err
	}
	done = func() { _ = os.Remove(f.Name()) }
	if _, err = f.WriteString("username=" + user + "\npassword=" + password.Reveal() + "\ndomain=" + domain + "\n"); err == nil {
		err = f.Close()
	}
	return f.Name(), done, err
}
