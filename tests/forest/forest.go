// Package forest makes self-managed Samba AD forests for tests, with stock
// tools only (forest.sh). They are the partners that Entente did not make, and
// the judges of what it did: tickets are asked for with stock kinit and kvno.
package forest

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/entente-ad/entente/internal/secret"
)

//go:embed *.sh
var scripts embed.FS

// Scripts writes the scripts that make computers on this machine into dir.
func Scripts(dir string) error {
	for _, name := range []string{"forest.sh", "member.sh", "hold.sh"} {
		text, err := scripts.ReadFile(name)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), text, 0o700)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Config says what forest to make. Only Name, Realm and Address are needed.
type Config struct {
	Name    string       // unique on this machine, 1 to 10 lower-case letters and digits
	Realm   string       // "corp.example.com"
	Address netip.Prefix // the DC's address and its network's length

	HostName      string       // of the DC; "" means DC1
	NetBIOS       string       // of the domain; "" means the first label of Realm
	Attach        string       // network namespace of the link's other end; "" means this one
	Gateway       netip.Addr   // the link's other end; zero means the network's last host address
	DNSForwarders []netip.Addr // upstream DNS servers
	FakeTime      string       // the clock's difference, "+10m"
}

// Forest is a running forest. Its methods may be called from many goroutines,
// as far as samba-tool bears that.
type Forest struct {
	Config
	AdminPassword secret.Text // of Administrator

	sh string // path of forest.sh
}

// NeedRoot ends or skips the test when this process may not make namespaces and
// mount file systems. Under CI nothing may be skipped.
func NeedRoot(t testing.TB) {
	t.Helper()
	if os.Getuid() == 0 {
		return
	}
	if os.Getenv("CI") != "" {
		t.Fatal("must run as root")
	}
	t.Skip("needs root: makes namespaces, or mounts a file system")
}

// Up makes a forest and takes it down when the test ends. If the test's
// process dies first, the forest goes too.
func Up(t testing.TB, cfg Config) *Forest {
	t.Helper()
	NeedRoot(t)
	f, err := up(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Down)
	return f
}

var shared struct {
	sync.Mutex
	forests map[string]*Forest
}

// Shared gives the forest of this name, made at the first call in this test
// binary. It goes when the process ends; Main makes sure that it is gone then.
func Shared(t testing.TB, cfg Config) *Forest {
	t.Helper()
	NeedRoot(t)
	shared.Lock()
	defer shared.Unlock()
	if f := shared.forests[cfg.Name]; f != nil {
		return f
	}
	f, err := up(context.WithoutCancel(t.Context()), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if shared.forests == nil {
		shared.forests = map[string]*Forest{}
	}
	shared.forests[cfg.Name] = f
	return f
}

// Main runs a package's tests and takes its shared forests down:
// func TestMain(m *testing.M) { os.Exit(forest.Main(m)) }.
func Main(m *testing.M) int {
	defer func() {
		shared.Lock()
		defer shared.Unlock()
		for _, f := range shared.forests {
			f.Down()
		}
	}()
	return m.Run()
}

func up(ctx context.Context, cfg Config) (*Forest, error) {
	dir, err := os.MkdirTemp("", "forest-"+cfg.Name+"-")
	if err != nil {
		return nil, err
	}
	f := &Forest{Config: cfg, sh: filepath.Join(dir, "forest.sh")}
	if err := Scripts(dir); err != nil {
		return nil, err
	}
	state := filepath.Join(dir, "state")
	args := []string{
		"up", cfg.Name, cfg.Realm, cfg.Address.String(),
		"--state", state, "--owner", strconv.Itoa(os.Getpid()),
	}
	for option, value := range map[string]string{
		"--hostname": cfg.HostName, "--netbios": cfg.NetBIOS, "--attach": cfg.Attach,
		"--dns-forwarder": join(cfg.DNSForwarders), "--faketime": cfg.FakeTime,
	} {
		if value != "" {
			args = append(args, option, value)
		}
	}
	if cfg.Gateway.IsValid() {
		args = append(args, "--gateway", cfg.Gateway.String())
	}
	if _, err := f.run(ctx, "", args...); err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("cannot make the forest %s: %w", cfg.Realm, err)
	}
	password, err := os.ReadFile(filepath.Join(state, "admin-password"))
	if err != nil {
		return nil, err
	}
	f.AdminPassword = secret.New(strings.TrimSpace(string(password)))
	return f, nil
}

func join(addresses []netip.Addr) string {
	var s []string
	for _, a := range addresses {
		s = append(s, a.String())
	}
	return strings.Join(s, ",")
}

// run runs forest.sh and gives its standard output.
func (f *Forest) run(ctx context.Context, stdin string, args ...string) (string, error) {
	return output(ctx, stdin, nil, f.sh, args...)
}

// output runs a command and gives its standard output; its error has the
// command's own words. Sub-processes that outlive the command are not waited for.
func output(ctx context.Context, stdin string, env []string, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdin = strings.NewReader(stdin)
	cmd.WaitDelay = 2 * time.Second
	if env != nil {
		cmd.Env = append(os.Environ(), env...)
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return stdout.String(), fmt.Errorf("%s: %w: %s", filepath.Base(name), err,
			strings.TrimSpace(stdout.String()+stderr.String()))
	}
	return stdout.String(), nil
}

// Domain gives the forest's DNS name in lower case.
func (f *Forest) Domain() string { return strings.ToLower(f.Realm) }

// Host gives the full DNS name of the forest's DC.
func (f *Forest) Host() string {
	host := f.HostName
	if host == "" {
		host = "DC1"
	}
	return strings.ToLower(host) + "." + f.Domain()
}

// Exec runs a command inside the forest's namespaces and gives its standard
// output; the error has what it printed.
func (f *Forest) Exec(ctx context.Context, stdin string, argv ...string) (string, error) {
	return f.run(ctx, stdin, append([]string{"exec", f.Name, "--"}, argv...)...)
}

// Stop ends samba; the namespaces stay.
func (f *Forest) Stop(ctx context.Context) error {
	_, err := f.run(ctx, "", "stop", f.Name)
	return err
}

// Start runs samba again and returns when it is ready. Changed DNSForwarders
// and FakeTime take effect.
func (f *Forest) Start(ctx context.Context) error {
	none := func(s string) string {
		if s == "" {
			return "none"
		}
		return s
	}
	_, err := f.run(ctx, "", "start", f.Name,
		"--dns-forwarder", none(join(f.DNSForwarders)), "--faketime", none(f.FakeTime))
	return err
}

// RestartWinbindd does what an administrator of a stock DC can do when winbindd
// has to be restarted: it restarts samba.
func (f *Forest) RestartWinbindd(ctx context.Context) error {
	_, err := f.run(ctx, "", "restart-winbindd", f.Name)
	return err
}

// Unplug makes the forest's network silent.
func (f *Forest) Unplug(ctx context.Context) error {
	_, err := f.run(ctx, "", "unplug", f.Name)
	return err
}

// Plug undoes Unplug.
func (f *Forest) Plug(ctx context.Context) error {
	_, err := f.run(ctx, "", "plug", f.Name)
	return err
}

// Down removes every trace of the forest. It may be called twice.
func (f *Forest) Down() {
	if _, err := os.Stat(f.sh); err != nil {
		return
	}
	f.run(context.Background(), "", "down", f.Name)
	os.RemoveAll(filepath.Dir(f.sh))
}
