package main

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"
	"golang.org/x/sys/unix"
)

const ruleRounds = 20

var rulesPart = part{
	name: "rules", what: "a rule and a route until in force against nft and ip",
	lines: []line{ruleInForce, routeInForce}, run: measureRules,
}

var (
	ruleInForce  = line{"security group rule in force on both domain controllers", milliseconds, "`nft -f`", below(1)}
	routeInForce = line{"IP route in force on both domain controllers", milliseconds, "`ip route`", below(1)}
)

// measureRules measures how long it takes from a call that changes a rule or a
// route until every domain controller's kernel goes by it, and what the bare
// tools need for the same in the same namespaces.
func measureRules(r *run, s *shared) {
	server := s.open(r)
	id := aws.ToString(server.directory.DirectoryId)
	namespaces := server.Namespaces(r, id)
	server.CloseOutbound(r, id, "0.0.0.0/0")
	defer server.OpenOutbound(r, id, "0.0.0.0/0")
	group := server.SecurityGroup(r, id)

	var rules, routes, nft, ip []time.Duration
	for i := range ruleRounds {
		params := url.Values{
			"GroupId": {group}, "IpPermissions.1.IpProtocol": {"udp"}, "IpPermissions.1.IpRanges.1.CidrIp": {"192.0.2.0/24"},
			"IpPermissions.1.FromPort": {fmt.Sprint(7000 + i)}, "IpPermissions.1.ToPort": {fmt.Sprint(7000 + i)},
		}
		begin := time.Now()
		r.check(server.EC2(r.ctx, "AuthorizeSecurityGroupEgress", params, nil))
		rules = append(rules, until(r, begin, namespaces, [4]byte{192, 0, 2, 1}, 7000+i, func(err error) bool { return !errors.Is(err, unix.EPERM) }))
		r.check(server.EC2(r.ctx, "RevokeSecurityGroupEgress", params, nil))

		cidr := fmt.Sprintf("100.64.7.%d/32", i)
		begin = time.Now()
		_, err := server.DS(r).AddIpRoutes(r.ctx, &directoryservice.AddIpRoutesInput{DirectoryId: aws.String(id), IpRoutes: []types.IpRoute{{CidrIp: &cidr}}})
		r.check(err)
		routes = append(routes, until(r, begin, namespaces, [4]byte{100, 64, 7, byte(i)}, 9, func(err error) bool { return !errors.Is(err, unix.ENETUNREACH) }))
		server.WaitRoutes(r, id)
		server.RemoveRoute(r, id, cidr)

		nft = append(nft, both(r, namespaces, bareRules(), "nft", "-f", "-"))
		ip = append(ip, both(r, namespaces, "", "ip", "route", "add", "unreachable", fmt.Sprintf("100.64.8.%d/32", i)))
		both(r, namespaces, "", "nft", "delete", "table", "inet", "bench")
		both(r, namespaces, "", "ip", "route", "del", "unreachable", fmt.Sprintf("100.64.8.%d/32", i))
	}
	s.record(r, ruleInForce, median(rules), median(nft))
	s.record(r, routeInForce, median(routes), median(ip))
}

// until waits until sending there comes to what done says in all namespaces.
func until(r *run, begin time.Time, namespaces []string, to [4]byte, port int, done func(error) bool) time.Duration {
	for _, ns := range namespaces {
		for {
			err := send(ns, to, port)
			if done(err) {
				break
			}
			if r.ctx.Err() != nil || time.Since(begin) > time.Minute {
				r.Fatalf("a change is not in force in %s after %s: %v", ns, time.Since(begin), err)
			}
			time.Sleep(time.Millisecond)
		}
	}
	return time.Since(begin)
}

// send sends a packet from inside a namespace and gives what the kernel says.
func send(ns string, to [4]byte, port int) error {
	result := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends, and with it what it entered
		result <- sendHere(ns, to, port)
	}()
	return <-result
}

func sendHere(ns string, to [4]byte, port int) error {
	f, err := os.Open("/run/netns/" + ns)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := unix.Setns(int(f.Fd()), unix.CLONE_NEWNET); err != nil {
		return err
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	return unix.Sendto(fd, []byte("x"), 0, &unix.SockaddrInet4{Port: port, Addr: to})
}

// both runs a bare tool in all namespaces at once and says how long it took.
func both(r *run, namespaces []string, stdin string, argv ...string) time.Duration {
	begin := time.Now()
	errs := make([]error, len(namespaces))
	var all sync.WaitGroup
	for i, ns := range namespaces {
		all.Go(func() {
			cmd := exec.CommandContext(r.ctx, "nsenter", append([]string{"--net=/run/netns/" + ns, "--"}, argv...)...)
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			cmd.Stdin = strings.NewReader(stdin)
			if out, err := cmd.CombinedOutput(); err != nil {
				errs[i] = fmt.Errorf("%q: %w: %s", argv, err, out)
			}
		})
	}
	all.Wait()
	r.check(errors.Join(errs...))
	return time.Since(begin)
}

// bareRules is a table as large as a domain controller's, which lets everything
// through.
func bareRules() string {
	var b strings.Builder
	b.WriteString("table inet bench {\n chain input { type filter hook input priority 10; policy accept;\n")
	for i := range 30 {
		fmt.Fprintf(&b, "  ip saddr 10.0.0.0/8 tcp dport %d accept\n", 8000+i)
	}
	b.WriteString(" }\n}\n")
	return b.String()
}
