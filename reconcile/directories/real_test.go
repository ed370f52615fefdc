package directories_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/engine/netns"
	"github.com/entente-ad/entente/engine/samba"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/reconcile"
	"github.com/entente-ad/entente/reconcile/directories"
	"github.com/entente-ad/entente/reconcile/interfaces"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/store/storetest"
	"github.com/entente-ad/entente/vpc"

	"github.com/entente-ad/entente/tests/forest"
)

// The passwords that must be seen nowhere.
const (
	firstPassword  = "Marker-1-Zq8xKfirst"
	secondPassword = "Marker-2-Zq8xKsecond"
)

// estate is the real thing but for the API: store, loop, network, Samba.
type estate struct {
	t      *testing.T
	store  *store.Store
	net    *netns.Engine
	data   string
	spec   directory.Spec
	samba  *samba.Engine
	stop   func() // stops the control plane
	leaked sync.Map
}

// startControlPlane does what `entente serve` does.
func (e *estate) startControlPlane() {
	log := slog.New(slog.NewTextHandler(e.t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	e.samba = samba.New(samba.Config{DataDir: e.data, RunDir: "/run/smbt", Log: log,
		NetNSPath: func(dc directory.DCID) string { return e.net.Path(string(dc)) }})
	prober := samba.NewProber(samba.ProberConfig{Dialer: func(dc directory.DCID) samba.Dialer { return dialer(e.net.Dial(string(dc))) }})
	r := directories.New(directories.Config{Store: e.store, Engine: e.samba, Network: e.net, Prober: prober, Log: log})
	loop := reconcile.New(reconcile.Config{Reconciler: r, Log: log})
	opener := interfaces.New(interfaces.Config{Store: e.store, Network: e.net, Log: log})
	rules := reconcile.New(reconcile.Config{Reconciler: opener, Log: log})
	e.net.OnAttach(func(string) { rules.Nudge(string(e.spec.ID)) })
	ctx, cancel := context.WithCancel(context.Background())
	e.store.Subscribe(ctx, func(c store.Change) {
		for _, key := range r.KeysFor(c) {
			loop.Nudge(key)
		}
		for _, key := range opener.KeysFor(c) {
			rules.Nudge(key)
		}
	})
	var work sync.WaitGroup
	work.Go(func() { _ = loop.Run(ctx) })
	work.Go(func() { _ = rules.Run(ctx) })
	e.stop = func() {
		cancel()
		work.Wait()
	}
}

type dialer func(ctx context.Context, network, address string) (net.Conn, error)

func (d dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	return d(ctx, network, address)
}

func newEstate(t *testing.T) *estate {
	t.Helper()
	e := &estate{t: t, store: storetest.New(t), data: t.TempDir()}
	var err error
	if e.net, err = netns.New(netns.Config{Tag: "smbt"}); err != nil {
		t.Fatal(err)
	}
	v := vpc.Spec{ID: "vpc-5a5b0000000000001", CIDR: netip.MustParsePrefix("10.204.0.0/16")}
	for i := range 2 {
		v.Subnets = append(v.Subnets, vpc.Subnet{ID: vpc.SubnetID(fmt.Sprintf("subnet-5a5b000000000000%d", i)),
			CIDR: netip.MustParsePrefix(fmt.Sprintf("10.204.%d.0/24", i))})
	}
	if err := e.net.Apply(t.Context(), v); err != nil {
		t.Fatal(err)
	}
	e.spec = directory.Spec{ID: "d-5a5b000001", Name: "smb.entente.test", ShortName: "SMBTEST", VPC: v.ID, CreatedAt: time.Now()}
	for i, n := range v.Subnets {
		e.spec.DCs = append(e.spec.DCs, directory.DC{ID: directory.NewDCID([5]byte{0x5a, 0x5b, 0, 0, byte(i)}),
			HostName: fmt.Sprintf("Q7ENTENTE%d", i), Subnet: n.ID, Address: n.CIDR.Addr().Next().Next().Next().Next().Next()})
	}
	tx := e.store.Begin()
	store.VPCs.Put(tx, string(v.ID), v, 0)
	store.VPCStatus.Put(tx, string(v.ID), vpc.Status{Ready: true}, 0)
	store.Directories.Put(tx, string(e.spec.ID), e.spec, 0)
	tx.SetSecret(directory.SecretAdmin(e.spec.ID), secret.New(firstPassword))
	storetest.Commit(t, tx)
	t.Cleanup(func() {
		e.stop()
		for _, dc := range e.spec.DCs {
			if err := e.samba.Remove(context.Background(), dc.ID); err != nil {
				t.Error(err)
			}
		}
		if err := e.net.RemoveAll(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return e
}

func (e *estate) status() directory.Status {
	return store.DirectoryStatus.Peek(e.store, string(e.spec.ID))
}

// await waits for the stage, long enough for any machine.
func (e *estate) await(stage directory.Stage) {
	e.t.Helper()
	ctx, cancel := context.WithTimeout(e.t.Context(), 9*time.Minute)
	defer cancel()
	err := e.store.Until(ctx, func() bool {
		s := e.status()
		return s.Stage == stage || s.Stage == directory.StageFailed
	})
	if s := e.status(); err != nil || s.Stage != stage {
		e.t.Fatalf("not %s: %v, %+v", stage, err, s)
	}
}

func (e *estate) change(f func(*directory.Spec)) {
	e.t.Helper()
	o, _ := store.Directories.Get(e.store, string(e.spec.ID))
	f(&o.Value)
	tx := e.store.Begin()
	store.Directories.Put(tx, o.Key, o.Value, o.Revision)
	tx.SetSecret(directory.SecretPasswordReset(e.spec.ID), secret.New(secondPassword))
	storetest.Commit(e.t, tx)
}

// logOn binds as Admin by LDAPS, trusting nobody but the directory's own
// authority.
func (e *estate) logOn(i int, password string) error {
	pem, _, err := e.store.Secret(e.t.Context(), directory.SecretCA(e.spec.ID))
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(pem.Reveal()))
	inst := e.spec.Instances()[i]
	conn, err := e.net.Dial(string(inst.DC.ID))(e.t.Context(), "tcp", netip.AddrPortFrom(inst.DC.Address, 636).String())
	if err != nil {
		return err
	}
	l := ldap.NewConn(tls.Client(conn, &tls.Config{RootCAs: roots, ServerName: inst.FQDN()}), true)
	l.SetTimeout(10 * time.Second)
	l.Start()
	defer func() { _ = l.Close() }()
	if err := l.Bind("Admin@"+string(e.spec.Name), password); err != nil {
		return err
	}
	for _, level := range []string{"domainFunctionality", "forestFunctionality", "domainControllerFunctionality"} {
		res, err := l.Search(ldap.NewSearchRequest("", ldap.ScopeBaseObject, 0, 0, 0, false, "(objectClass=*)", []string{level}, nil))
		if err != nil || res.Entries[0].GetAttributeValue(level) != "7" { // 2016
			return fmt.Errorf("%s: %v, %w", level, res.Entries, err)
		}
	}
	res, err := l.Search(ldap.NewSearchRequest("DC=smb,DC=entente,DC=test", ldap.ScopeWholeSubtree, 0, 0, 0, false,
		"(&(objectClass=group)(sAMAccountName=AWS Delegated *))", []string{"cn"}, nil))
	if err == nil && len(res.Entries) != 24 {
		err = fmt.Errorf("%d delegated groups, want 24", len(res.Entries))
	}
	return err
}

func (e *estate) mustLogOn(i int, password string) {
	e.t.Helper()
	var err error
	for end := time.Now().Add(5 * time.Minute); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		if err = e.logOn(i, password); err == nil {
			return
		}
	}
	e.t.Fatalf("Admin cannot log on to domain controller %d: %v", i, err)
}

// watchProcesses looks for passwords in argument lists and environments until
// the test ends: at every process three times, since exec changes both.
func (e *estate) watchProcesses() {
	ctx, cancel := context.WithCancel(context.Background())
	e.t.Cleanup(cancel)
	go func() {
		looks := map[string]int{}
		for ; ctx.Err() == nil; time.Sleep(250 * time.Millisecond) {
			processes, _ := os.ReadDir("/proc")
			for _, p := range processes {
				if name := p.Name(); name[0] <= '9' && looks[name] < 3 {
					looks[name]++
					e.lookAtProcess(filepath.Join("/proc", name))
				}
			}
		}
	}()
}

func (e *estate) lookAtProcess(dir string) {
	for _, f := range []string{"cmdline", "environ"} {
		if data, err := os.ReadFile(filepath.Join(dir, f)); err == nil && bytes.Contains(data, []byte("Zq8xK")) {
			e.leaked.Store(dir+"/"+f, string(data))
		}
	}
}

func (e *estate) wantNoLeak() {
	e.t.Helper()
	e.leaked.Range(func(k, v any) bool {
		e.t.Errorf("a password was in %s: %q", k, v)
		return true
	})
	administrator, _, _ := e.store.Secret(e.t.Context(), directory.SecretAdministrator(e.spec.ID))
	_ = filepath.WalkDir(filepath.Join(e.data, "dcs"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		for _, p := range []string{"Zq8xK", administrator.Reveal()} {
			wide := strings.Join(strings.Split(p, ""), "\x00")
			if err == nil && (bytes.Contains(data, []byte(p)) || bytes.Contains(data, []byte(wide))) {
				e.t.Errorf("a password is in %s", path)
			}
		}
		return nil
	})
}

func (e *estate) pids() string {
	all := ""
	for _, dc := range e.spec.DCs {
		data, _ := os.ReadFile(filepath.Join("/run/smbt", string(dc.ID)+".pid"))
		all += string(data)
	}
	return all
}

func (e *estate) kill(i int) {
	e.t.Helper()
	var p struct{ PID int }
	data, err := os.ReadFile(filepath.Join("/run/smbt", string(e.spec.DCs[i].ID)+".pid"))
	if err == nil {
		_, err = fmt.Sscanf(string(data), `{"PID":%d,`, &p.PID)
	}
	if err != nil {
		e.t.Fatal(err)
	}
	proc, err := os.FindProcess(p.PID)
	if err == nil {
		err = proc.Kill()
	}
	if err != nil {
		e.t.Fatal(err)
	}
}

// One real directory's life: created, broken, repaired, left alone by its
// control plane, adopted again, given a new password, deleted.
func TestARealDirectoryLivesAndLeavesNothing(t *testing.T) {
	forest.NeedRoot(t)
	e := newEstate(t)
	e.watchProcesses()
	e.startControlPlane()
	e.await(directory.StageActive)
	e.mustLogOn(0, firstPassword)
	e.mustLogOn(1, firstPassword)
	e.wantNoLeak()

	e.kill(1)
	e.await(directory.StageImpaired)
	e.mustLogOn(0, firstPassword)
	e.await(directory.StageActive)
	e.mustLogOn(1, firstPassword)
	if st, _ := e.status().DCByID(e.spec.DCs[1].ID); st.Restarts == 0 {
		t.Errorf("no restart counted: %+v", st)
	}

	before := e.pids()
	e.stop()
	e.mustLogOn(0, firstPassword)
	e.startControlPlane()
	e.change(func(s *directory.Spec) { s.PasswordReset = directory.PasswordReset{Serial: 1, User: "Admin"} })
	if err := e.store.Until(t.Context(), func() bool { return e.status().PasswordReset.Serial == 1 }); err != nil {
		t.Fatal(err)
	}
	if r := e.status().PasswordReset; r.Error != "" {
		t.Errorf("%+v", r)
	}
	e.mustLogOn(1, secondPassword)
	if got := e.pids(); got != before {
		t.Errorf("containers were not adopted: %s, before %s", got, before)
	}
	e.wantNoLeak()

	e.change(func(s *directory.Spec) { s.Delete = true })
	err := e.store.Until(t.Context(), func() bool {
		_, spec := store.Directories.Get(e.store, string(e.spec.ID))
		_, status := store.DirectoryStatus.Get(e.store, string(e.spec.ID))
		return !spec && !status
	})
	if err != nil {
		t.Fatal(err)
	}
	left, err := e.samba.List()
	if err != nil || len(left) != 0 {
		t.Errorf("domain controllers left: %v, %v", left, err)
	}
	if ns, err := e.net.List(); err != nil || len(ns.DCs) != 0 {
		t.Errorf("networks left: %+v, %v", ns, err)
	}
	cmdlines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, f := range cmdlines {
		if data, err := os.ReadFile(f); err == nil && bytes.Contains(data, []byte(e.data)) {
			t.Errorf("a process is left: %q", data)
		}
	}
}
