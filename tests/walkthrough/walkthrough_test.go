// Package walkthrough runs docs/walkthrough.md as its reader would: every
// command in it, with Debian's AWS CLI against entente serve and on a stock
// Samba forest, and compares every output that it shows.
package walkthrough

import (
	"context"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/entente-ad/entente/tests/forest"
	"github.com/entente-ad/entente/tests/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

// restartSamba stands for "systemctl restart samba-ad-dc", since the forest's
// container has no systemd.
const restartSamba = `
systemctl() {
	kill "$(cat /run/samba/samba.pid)"
	while ls -l /proc/[0-9]*/exe 2>/dev/null | grep -qE '/(samba|smbd|winbindd|samba-dcerpcd|rpcd_[a-z]*)$'; do sleep 0.1; done
	rm -rf /run/samba/* /var/cache/samba/*
	samba --daemon </dev/null >/dev/null 2>&1
	for port in 53 88 389 445; do
		until (exec 3<>"/dev/tcp/` + partnerAddress + `/$port") 2>/dev/null; do sleep 0.1; done
	done
}
`

const partnerAddress = "203.0.113.40"

func TestThePageLineByLine(t *testing.T) {
	text, err := os.ReadFile("../../docs/walkthrough.md")
	if err != nil {
		t.Fatal(err)
	}
	steps := parse(string(text))
	if len(steps) < 15 {
		t.Fatalf("docs/walkthrough.md has only %d blocks of commands", len(steps))
	}
	s := harness.Shared(t)
	partner := forest.Shared(t, forest.Config{Name: "walk", Realm: "corp.example.net", Address: netip.MustParsePrefix(partnerAddress + "/28")})
	here := startShell(t, s, map[string]string{
		"admin_password": harness.AdminPassword,
		"trust_password": "Walk-Through-42",
		"corp_password":  partner.AdminPassword.Reveal(),
	})
	for _, step := range steps {
		ctx, cancel := context.WithTimeout(t.Context(), harness.Patience)
		start := time.Now()
		var got string
		if step.corp {
			got, err = partner.Exec(ctx, "set -eu\n"+here.variables(ctx)+restartSamba+step.script, "bash", "-s")
		} else {
			got, err = here.run(ctx, step.script)
		}
		cancel()
		t.Logf("line %d: %.1f s", step.line, time.Since(start).Seconds())
		if err != nil {
			t.Fatalf("docs/walkthrough.md:%d: %v\n%s\nprinted:\n%s", step.line, err, step.script, got)
		}
		if !matches(step.want, got) {
			t.Fatalf("docs/walkthrough.md:%d:\n%s\nprinted:\n%s\nand the page says:\n%s", step.line, step.script, got, step.want)
		}
	}
}

func TestParse(t *testing.T) {
	steps := parse("# A\n```sh\necho a\n```\nwords\n```text\na\n```\n```powershell\nx\n```\n```sh corp\necho b\n```\n")
	if len(steps) != 2 || steps[0].script != "echo a\n" || steps[0].want != "a\n" || steps[0].line != 2 || !steps[1].corp || steps[1].want != "" {
		t.Errorf("%+v", steps)
	}
	for _, c := range []struct {
		want, got string
		ok        bool
	}{
		{"", "anything", true}, {"a\n", "a", true}, {"a…c", "abbc\n", true}, {"a…c", "abbd", false},
		{"…route…10", "no route to 10", true}, {"a.c", "abc", false}, {"a\nb", "a\nb\nc", false},
	} {
		if matches(c.want, c.got) != c.ok {
			t.Errorf("%q against %q: not %v", c.got, c.want, c.ok)
		}
	}
	if strings.Count(restartSamba, partnerAddress) != 1 {
		t.Error("the partner's address is not in restartSamba")
	}
}
