package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"strings"

	"github.com/entente-ad/entente/tests/seeded"
)

var consolePart = part{
	name: "console", what: "time to interactive with 50 directories, 200 trusts and 2,000 tags against one of each",
	lines: []line{screen("directories"), screen("map"), screen("directory details"), screen("tags")}, run: measureConsole,
}

// screen is the line of a screen by the name that console/e2e/bench.ts has for
// it.
func screen(name string) line {
	return line{"console with 50 directories, 200 trusts and 2,000 tags: " + name, seconds, "with one of each", atMost(2)}
}

// measureConsole looks at how long the console's screens take with much in
// them: from asking for one until it is there and answers to a key. The stock
// here is the same screen with one of everything.
func measureConsole(r *run, s *shared) {
	own := newRun(r.ctx)
	defer own.end()
	node, err := exec.CommandContext(r.ctx, "bash", "-c", ". scripts/lib.sh; . scripts/node.sh; find_node").Output()
	if err != nil {
		own.Fatal("no Node that is new enough: run scripts/console.sh in the folder of the source, and this there too")
	}
	if _, err := os.Stat("console/node_modules/playwright-core"); err != nil {
		own.Fatal("the console's packages are not installed: run scripts/console.sh, and this in the folder of the source")
	}
	if _, err := exec.LookPath("chromium"); err != nil {
		own.Fatal("no chromium: run scripts/install.sh --tests")
	}
	few := seeded.Serve(own, seeded.World{Directories: 1, Trusts: 1, Tags: 1})
	many := seeded.Serve(own, seeded.World{Directories: 50, Trusts: 200, Tags: 2000})
	res, err := http.Get(few.Base + "/")
	own.check(err)
	var page bytes.Buffer
	_, err = page.ReadFrom(res.Body)
	own.check(err)
	_ = res.Body.Close()
	if !strings.Contains(page.String(), `id="app"`) {
		own.Fatal("this was built without the console: run scripts/console.sh first")
	}
	settings, err := json.Marshal(map[string]any{"few": few.Settings(), "many": many.Settings(), "patience": 60_000})
	own.check(err)
	cmd := exec.CommandContext(r.ctx, strings.TrimSpace(string(node)), "--no-warnings", "e2e/bench.ts")
	cmd.Dir = "console"
	cmd.Env = append(os.Environ(), "ENTENTE_STORY="+string(settings))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		own.Fatalf("e2e/bench.ts: %v: %s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		var got struct {
			Name     string
			One, All float64 // milliseconds
		}
		own.check(json.Unmarshal([]byte(line), &got))
		s.record(r, screen(got.Name), got.All/1e3, got.One/1e3)
	}
}
