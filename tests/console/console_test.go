// Package console drives the console in Debian's Chromium against entente
// serve with real domain controllers and a stock self-managed forest. The
// stories themselves are in console/e2e; this starts the world they happen in,
// and does in it what they ask for. One is told after the other: two browsers
// beside domain controllers make each other wait for longer than a story does.
package console

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice"

	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/tests/forest"
	"github.com/entente-ad/entente/tests/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

const (
	partnerName    = "onprem.example.net"
	partnerAddress = "203.0.113.50" // a range that no other tests use at the same time
)

// stage is where a story happens.
type stage struct {
	s       *harness.Server
	partner *forest.Forest
	extra   map[string]any // more settings, or all where there is no server of its own
	more    map[string]func(context.Context, question) error
}

// question is what a story asks for.
type question struct{ What, ID, Password, Name, Text string }

func TestThePageInABrowser(t *testing.T) {
	node := browserTools(t)
	st := stage{s: harness.Start(t, harness.Config{})}
	needConsole(t, st.s)
	st.partner = forest.Shared(t, forest.Config{Name: "console", Realm: partnerName, Address: netip.MustParsePrefix(partnerAddress + "/28")})
	st.tell(t, node, "trust.ts")
}

func TestAttacksOnTheConsole(t *testing.T) {
	node := browserTools(t)
	st := stage{s: harness.Start(t, harness.Config{})}
	needConsole(t, st.s)
	st.tell(t, node, "attacks.ts")
}

// browserTools finds a Node that is new enough, and Chromium. What is missing
// fails the test, and is said how to get: nothing is skipped.
func browserTools(t *testing.T) (node string) {
	t.Helper()
	forest.NeedRoot(t)
	out, err := exec.CommandContext(t.Context(), "bash", "-c", ". ../../scripts/lib.sh; . ../../scripts/node.sh; find_node").Output()
	if err != nil {
		t.Fatal("no Node that is new enough: run scripts/console.sh")
	}
	if _, err := os.Stat("../../console/node_modules/playwright-core"); err != nil {
		t.Fatal("the console's packages are not installed: run scripts/console.sh")
	}
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Fatal("no chromium: run scripts/install.sh --tests")
	}
	return strings.TrimSpace(string(out))
}

// needConsole makes sure that the binary was built with the console in it.
func needConsole(t *testing.T, s *harness.Server) {
	t.Helper()
	res, err := http.Get(s.Endpoint + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	page, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), `id="app"`) {
		t.Fatal("the binary was built without the console: run scripts/console.sh")
	}
}

// tell runs one story. What it prints is the test's log.
func (st stage) tell(t *testing.T, node, story string) {
	t.Helper()
	settings, err := json.Marshal(st.settings(t))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 12*time.Minute)
	defer cancel()
	argv := quiet(node, "--no-warnings", filepath.Join("e2e", story))
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir = "../../console"
	cmd.Env = append(os.Environ(), "ENTENTE_STORY="+string(settings), "ENTENTE_RELAY="+relay(t))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		question, asked := strings.CutPrefix(lines.Text(), "ask ")
		if !asked {
			t.Log(lines.Text())
			continue
		}
		answer := map[string]string{}
		if err := st.do(t, question); err != nil {
			answer["error"] = err.Error()
		}
		reply, _ := json.Marshal(answer) // strings only
		if _, err := fmt.Fprintf(in, "%s\n", reply); err != nil {
			t.Error(err)
		}
	}
	if err := errors.Join(lines.Err(), cmd.Wait()); err != nil {
		t.Errorf("%s: %v", story, err)
	}
}

func (st stage) settings(t *testing.T) map[string]any {
	t.Helper()
	if st.s == nil {
		st.extra["patience"] = harness.Patience.Milliseconds()
		return st.extra
	}
	cfg, err := st.s.Config(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	creds, err := cfg.Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]any{
		"base": st.s.Endpoint, "key": creds.AccessKeyID, "secret": creds.SecretAccessKey, "shots": shots(t),
		"partner": partnerName, "address": partnerAddress, "routes": st.hasRoutes(t), "patience": (harness.Patience / 2).Milliseconds(),
	}
	if st.partner != nil {
		all["partnerPassword"] = st.partner.AdminPassword.Reveal()
	}
	maps.Copy(all, st.extra)
	return all
}

// shots is the folder for screenshots, "" for none; make screenshots says
// docs/console.
func shots(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("ENTENTE_SHOTS")
	if dir != "" {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// hasRoutes tells whether the server offers IP routes.
func (st stage) hasRoutes(t *testing.T) bool {
	t.Helper()
	_, err := st.s.DS(t).ListIpRoutes(t.Context(), &directoryservice.ListIpRoutesInput{DirectoryId: aws.String("d-0000000000")})
	return err == nil || !strings.Contains(err.Error(), "UnsupportedOperation")
}

// do does what a story asks for.
func (st stage) do(t *testing.T, asked string) error {
	t.Helper()
	var q question
	if err := json.Unmarshal([]byte(asked), &q); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(t.Context(), harness.Patience)
	defer cancel()
	switch q.What {
	case "prepare partner": // its administrator's step: names of the directory are asked of it
		out, err := st.s.DS(t).DescribeDirectories(ctx, &directoryservice.DescribeDirectoriesInput{DirectoryIds: []string{q.ID}})
		if err != nil {
			return err
		}
		st.partner.DNSForwarders = nil
		for _, a := range out.DirectoryDescriptions[0].DnsIpAddrs {
			st.partner.DNSForwarders = append(st.partner.DNSForwarders, netip.MustParseAddr(a))
		}
		return errors.Join(st.partner.Stop(ctx), st.partner.Start(ctx))
	case "type at partner": // what the page tells its administrator, as it stands there
		told, err := st.partner.Type(ctx, q.Text, map[string]secret.Text{
			"Password for": secret.New(harness.AdminPassword), "Trust Password": secret.New(q.Password),
		})
		t.Log(told)
		return err
	case "restart":
		if err := st.s.Stop(); err != nil {
			return err
		}
		time.Sleep(3 * time.Second) // long enough for a person to see that it is gone
		return st.s.Run(ctx)
	}
	if f, ok := st.more[q.What]; ok {
		return f(ctx, q)
	}
	return fmt.Errorf("nobody knows how to do %q", q.What)
}
