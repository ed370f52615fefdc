package main

import (
	"context"
	_ "embed"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"
	"github.com/miekg/dns"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/engine/lsa"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/tests/forest"
)

//go:embed tool.py
var toolScript string

const (
	bareDomain  = "bare.test"
	bareBridge  = "bench-bare"
	bareGateway = "10.205.1.254/24"
)

// bareDC is a stock domain controller in namespaces of its own, which it
// needs to be one of two on this machine.
type bareDC struct {
	host  string
	addr  netip.Addr
	netns string
	dir   string
	pid   int // of process 1 of its namespaces
}

// bareNetwork makes a bridge with this machine on it.
func bareNetwork(r *run) {
	_ = exec.Command("ip", "link", "delete", bareBridge).Run() // of a run that was killed
	ip(r, "link", "add", bareBridge, "type", "bridge")
	r.Cleanup(func() { _ = exec.Command("ip", "link", "delete", bareBridge).Run() })
	ip(r, "address", "add", bareGateway, "dev", bareBridge)
	ip(r, "link", "set", bareBridge, "up")
}

func ip(r *run, args ...string) {
	r.Helper()
	out, err := exec.CommandContext(r.ctx, "ip", args...).CombinedOutput()
	if err != nil {
		r.Fatalf("ip %s: %v: %s", strings.Join(args, " "), err, out)
	}
}

// newBareDC makes the namespaces and an empty machine in them. Its resolver
// asks nameserver.
func newBareDC(r *run, host string, addr, nameserver netip.Addr) *bareDC {
	d := &bareDC{host: host, addr: addr, netns: "bench-" + host, dir: r.TempDir()}
	_ = exec.Command("ip", "netns", "delete", d.netns).Run()
	ip(r, "netns", "add", d.netns)
	r.Cleanup(func() { _ = exec.Command("ip", "netns", "delete", d.netns).Run() })
	// The kernel keeps a namespace, and its end of the link, for as long as a
	// socket in it is not forgotten.
	r.Cleanup(func() { _ = exec.Command("ip", "link", "delete", "bn-"+host).Run() })
	ip(r, "link", "add", "bn-"+host, "type", "veth", "peer", "name", "eth0", "netns", d.netns)
	ip(r, "link", "set", "bn-"+host, "master", bareBridge, "up")
	ip(r, "-n", d.netns, "link", "set", "lo", "up")
	ip(r, "-n", d.netns, "address", "add", addr.String()+"/24", "dev", "eth0")
	ip(r, "-n", d.netns, "link", "set", "eth0", "up")

	for _, sub := range []string{"lib/private", "cache", "log"} {
		r.check(os.MkdirAll(filepath.Join(d.dir, sub), 0o755))
	}
	if out, err := exec.CommandContext(r.ctx, "cp", "-a", "/etc", filepath.Join(d.dir, "etc")).CombinedOutput(); err != nil {
		r.Fatalf("cp: %v: %s", err, out)
	}
	r.check(os.RemoveAll(filepath.Join(d.dir, "etc/samba")))
	r.check(os.MkdirAll(filepath.Join(d.dir, "etc/samba"), 0o755))
	for file, content := range map[string]string{
		"hostname":    host + "\n",
		"hosts":       fmt.Sprintf("127.0.0.1 localhost\n%s %s.%s %s\n", addr, host, bareDomain, host),
		"resolv.conf": fmt.Sprintf("search %s\nnameserver %s\n", bareDomain, nameserver),
		"krb5.conf":   fmt.Sprintf("[libdefaults]\n  default_realm = %s\n  dns_lookup_realm = false\n  dns_lookup_kdc = true\n", strings.ToUpper(bareDomain)),
	} {
		path := filepath.Join(d.dir, "etc", file)
		r.check(os.RemoveAll(path)) // it may be a link to elsewhere
		r.check(os.WriteFile(path, []byte(content), 0o644))
	}
	d.hold(r)
	return d
}

// hold starts process 1 of the namespaces.
func (d *bareDC) hold(r *run) {
	r.check(forest.Scripts(d.dir))
	cmd := exec.Command("nsenter", "--net=/run/netns/"+d.netns,
		"unshare", "--pid", "--fork", "--kill-child=KILL", "--mount", "--uts", "--ipc", "--propagation", "private",
		"bash", filepath.Join(d.dir, "hold.sh"), d.dir, d.host)
	r.check(cmd.Start())
	r.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		waitUntil(context.Background(), func() bool { // its processes go with it, but not at once
			_, err := os.Stat(fmt.Sprintf("/proc/%d", d.pid))
			return err != nil
		})
	})
	children := fmt.Sprintf("/proc/%d/task/%d/children", cmd.Process.Pid, cmd.Process.Pid)
	ok := waitUntil(r.ctx, func() bool {
		content, _ := os.ReadFile(children)
		d.pid, _ = strconv.Atoi(strings.TrimSpace(string(content)))
		_, err := os.Stat(filepath.Join(d.dir, "held"))
		return err == nil && d.pid != 0
	})
	if !ok {
		r.Fatalf("the namespaces of %s did not start", d.host)
	}
}

// tool runs samba-tool.
func (d *bareDC) tool(r *run, args ...string) {
	if err := sambaTool(r.ctx, d.pid, args...); err != nil {
		r.Fatalf("on %s: %v", d.host, err)
	}
}

// start runs samba and waits until it answers DNS and LDAP and lets
// Administrator open an LSA policy over a sealed session, which needs the KDC
// and SMB too.
func (d *bareDC) start(r *run, administrator secret.Text) {
	cmd := enter(context.Background(), d.pid, "samba", "-F", "--no-process-group")
	r.check(cmd.Start())
	go func() { _ = cmd.Wait() }() // ends with process 1
	target := lsa.Target{Side: "bare", Host: d.host + "." + bareDomain, Address: d.addr, Realm: directory.FQDN(bareDomain)}
	var last error
	ok := waitUntil(r.ctx, func() bool {
		if last = d.answersDNS(r.ctx); last != nil {
			return false
		}
		if last = d.answersLDAP(); last != nil {
			return false
		}
		ctx, cancel := context.WithTimeout(r.ctx, 5*time.Second)
		defer cancel()
		conn, err := lsa.Dial(ctx, target, lsa.Credentials{User: "Administrator", Password: administrator})
		if last = err; err == nil {
			_ = conn.Close()
		}
		return err == nil
	})
	if !ok {
		r.Fatalf("samba on %s does not get ready: %v", d.host, last)
	}
}

func (d *bareDC) answersDNS(ctx context.Context) error {
	q := new(dns.Msg).SetQuestion("_ldap._tcp.dc._msdcs."+bareDomain+".", dns.TypeSRV)
	c := dns.Client{Timeout: 200 * time.Millisecond}
	m, _, err := c.ExchangeContext(ctx, q, netip.AddrPortFrom(d.addr, 53).String())
	if err == nil && len(m.Answer) == 0 {
		err = fmt.Errorf("no SRV record yet")
	}
	return err
}

// answersLDAP reads the root DSE.
func (d *bareDC) answersLDAP() error {
	conn, err := ldap.DialURL("ldap://" + d.addr.String())
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = conn.Search(ldap.NewSearchRequest("", ldap.ScopeBaseObject, ldap.NeverDerefAliases, 0, 5, false, "(objectClass=*)", []string{"dnsHostName"}, nil))
	return err
}

// waitUntil looks every few milliseconds, for two minutes at most.
func waitUntil(ctx context.Context, ok func() bool) bool {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	for !ok() {
		select {
		case <-ctx.Done():
			return false
		case <-time.After(10 * time.Millisecond):
		}
	}
	return true
}
