package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entente-ad/entente/console"
	"github.com/entente-ad/entente/tests/forest"
)

// run runs a command line and gives what it printed and its error.
func run(t *testing.T, args ...string) (printed string, err error) {
	t.Helper()
	var out bytes.Buffer
	cmd := root()
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SetArgs(args)
	err = cmd.ExecuteContext(t.Context())
	return out.String(), err
}

func TestHelpOfEveryCommand(t *testing.T) {
	for _, args := range [][]string{{}, {"serve"}, {"down"}, {"keys"}, {"keys", "create"}, {"keys", "list"}, {"keys", "delete"}, {"trust"}, {"trust", "explain"}, {"audit"}, {"version"}} {
		printed, err := run(t, append(args, "--help")...)
		if err != nil || !strings.Contains(printed, "Usage:") || strings.Contains(printed, "--endpoint-url entente") {
			t.Errorf("%q: %v\n%s", args, err, printed)
		}
	}
}

func TestWhatIsNoCommandIsRefused(t *testing.T) {
	for _, args := range [][]string{{"no-such"}, {"keys", "no-such"}, {"trust", "no-such"}, {"serve", "extra"}, {"keys", "delete"}, {"serve", "--no-such"}} {
		if printed, err := run(t, args...); err == nil {
			t.Errorf("%q: accepted\n%s", args, printed)
		}
	}
}

func TestFlagsThatCannotBe(t *testing.T) {
	good := serveConfig{vpcPool: "10.128.0.0/9", account: "000000000000"}
	if _, _, err := good.parse(); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*serveConfig){
		"too small a pool":   func(c *serveConfig) { c.vpcPool = "10.0.0.0/24" },
		"host bits":          func(c *serveConfig) { c.vpcPool = "10.0.0.1/8" },
		"all addresses":      func(c *serveConfig) { c.vpcPool = "0.0.0.0/0" },
		"loopback":           func(c *serveConfig) { c.vpcPool = "127.0.0.0/8" },
		"multicast":          func(c *serveConfig) { c.vpcPool = "224.0.0.0/8" },
		"IPv6":               func(c *serveConfig) { c.vpcPool = "fd00::/16" },
		"a short account":    func(c *serveConfig) { c.account = "12" },
		"a name as upstream": func(c *serveConfig) { c.dnsUpstreams = []string{"dns.example.com"} },
		"loopback upstream":  func(c *serveConfig) { c.dnsUpstreams = []string{"127.0.0.53"} },
	} {
		c := good
		change(&c)
		if _, _, err := c.parse(); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestAServeThatCannotListenLeavesNothing(t *testing.T) {
	forest.NeedRoot(t)
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	for _, listen := range []string{taken.Addr().String(), "127.0.0.1:99999", "no-such"} {
		dir := filepath.Join(t.TempDir(), "data")
		printed, err := run(t, "serve", "--data-dir", dir, "--listen", listen)
		if err == nil || !strings.Contains(err.Error(), "--listen") || printed != "" {
			t.Errorf("%s: %v\n%s", listen, err, printed)
		}
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("%s: a data folder is left", listen)
		}
	}
	if _, err := run(t, "serve", "--data-dir", "", "--listen", "127.0.0.1:0"); err == nil {
		t.Error("an empty name of the data folder is taken for the current one")
	}
}

func TestADataFolderIsUsedByOneProcess(t *testing.T) {
	forest.NeedRoot(t)
	path := t.TempDir()
	dir, err := openDataDir(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := openDataDir(path); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("opened twice: %v", err)
	}
	if err := dir.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := openDataDir(path)
	if err != nil || again.tag != dir.tag {
		t.Fatalf("%v, %v", again, err)
	}
	_ = again.Close()
}

func TestTheAddressToUseIsOneThatAnswers(t *testing.T) {
	for given, want := range map[string]string{
		"127.0.0.1:8640": "127.0.0.1:8640", "0.0.0.0:8640": "127.0.0.1:8640", "[::]:8640": "127.0.0.1:8640", "192.0.2.1:80": "192.0.2.1:80",
	} {
		at, err := net.ResolveTCPAddr("tcp", given)
		if err != nil {
			t.Fatal(err)
		}
		if got := reachable(at); got != want {
			t.Errorf("%s: %s, want %s", given, got, want)
		}
	}
}

func TestPartsEndInReverseOrder(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var ended []string
	piece := func(name string) part {
		return part{name, func(ctx context.Context) error { <-ctx.Done(); ended = append(ended, name); return nil }}
	}
	cancel()
	if err := runAll(ctx, slog.New(slog.DiscardHandler), partsLimit, []part{piece("a"), piece("b"), piece("c")}); err != nil || strings.Join(ended, "") != "cba" {
		t.Errorf("%v, %v", ended, err)
	}
}

func TestTheServerStopsAlthoughAPartHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		held := make(chan struct{})
		defer close(held)
		var mu sync.Mutex
		var ended []string
		ends := func(name string) part {
			return part{name, func(ctx context.Context) error {
				<-ctx.Done()
				mu.Lock()
				defer mu.Unlock()
				ended = append(ended, name)
				return nil
			}}
		}
		hangs := part{"hangs", func(context.Context) error { <-held; return nil }}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		start := time.Now()
		err := runAll(ctx, slog.New(slog.DiscardHandler), partsLimit, []part{ends("changes"), abreast("loops", []part{ends("a loop"), hangs}), ends("api")})
		if err != nil || time.Since(start) != partsLimit {
			t.Errorf("%v after %s", err, time.Since(start))
		}
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		if !slices.Equal(slices.Sorted(slices.Values(ended)), []string{"a loop", "api", "changes"}) {
			t.Errorf("ended: %v", ended)
		}
	})
	if partsLimit+closeLimit >= 15*time.Second {
		t.Errorf("the server may take %s to stop", partsLimit+closeLimit)
	}
}

func TestTheEndOfOnePartAbreastIsTheEndOfAll(t *testing.T) {
	other := false
	err := abreast("loops", []part{
		{"good", func(ctx context.Context) error { <-ctx.Done(); other = true; return nil }},
		{"bad", func(context.Context) error { return errors.New("broken") }},
	}).run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "bad: broken") || !other {
		t.Errorf("%v, the other one ended: %v", err, other)
	}
}

// A request that never ends is cut off.
func TestARequestThatHangsDoesNotKeepTheServer(t *testing.T) {
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	asked, held := make(chan struct{}), make(chan struct{})
	defer close(held)
	pages, err := console.New(console.Config{})
	if err != nil {
		t.Fatal(err)
	}
	b := &built{log: slog.New(slog.DiscardHandler), listen: listener, console: pages, api: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(asked)
		<-held
	})}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.serveAPI(ctx) }()
	go func() {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+listener.Addr().String(), nil)
		if resp, err := http.DefaultClient.Do(req); err == nil {
			_ = resp.Body.Close()
		}
	}()
	<-asked
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("the API ended with %v", err)
	}
}
