package entente_test

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const module = "github.com/entente-ad/entente"

// arrows says for each folder which other folders of ours its code may import,
// and why the rest is forbidden. A folder stands for all packages below it
// unless they have a line of their own. Tests are free.
var arrows = []struct {
	folder  string
	imports []string
	because string
}{
	{"internal", []string{"internal"},
		"small tools have no opinion about Entente"},
	{"condition", []string{"internal"},
		"why something is not ready is plain values"},
	{"audit", []string{"internal"},
		"who did what is plain values"},
	{"access", []string{"internal"},
		"an access key is a plain value"},
	{"vpc", []string{"internal", "condition"},
		"a network's rules know no directory and no kernel"},
	{"directory", []string{"internal", "condition", "vpc"},
		"a directory lives in a VPC; it knows no trust, no store, no Samba"},
	{"trust", []string{"internal", "condition", "directory", "vpc"},
		"trust.Next is pure: it must be testable without a domain controller"},
	{"assessment", []string{"internal", "condition", "directory", "trust", "vpc"},
		"judging what was found is pure: it must be testable without a domain controller"},
	{"store", []string{"internal", "condition", "directory", "trust", "vpc", "audit", "access", "assessment"},
		"the store keeps nouns and decides nothing"},
	{"store/embedded", []string{"internal"},
		"starting etcd needs no noun"},
	{"store/storetest", []string{"store", "store/embedded", "internal", "condition", "directory", "trust", "vpc", "audit", "access", "assessment"},
		"a conformance suite sees what users of the store see"},
	{"service", []string{"store", "internal", "condition", "directory", "trust", "vpc", "audit", "access", "assessment"},
		"operations write what is wanted; they never touch the world, so no engine and no reconciler"},
	{"awsapi/sigv4", []string{"internal"},
		"a signature check must be reviewable alone"},
	{"awsapi", []string{"awsapi/sigv4", "service", "internal", "condition", "directory", "trust", "vpc", "audit", "access"},
		"the wire decides nothing and stores nothing"},
	{"console", []string{"internal", "access"},
		"the console is a client like any other: it knows sessions, and of changes only their names"},
	{"reconcile", []string{"internal", "condition"},
		"the loop knows keys, not nouns"},
	{"reconcile/networks", reconciler, reconcilerReason},
	{"reconcile/directories", reconciler, reconcilerReason},
	{"reconcile/forwarders", reconciler, reconcilerReason},
	{"reconcile/trusts", reconciler, reconcilerReason},
	{"reconcile/selective", reconciler, reconcilerReason},
	{"reconcile/interfaces", reconciler, reconcilerReason},
	{"reconcile/assessments", reconciler, reconcilerReason},
	{"reconcile/snapshots", reconciler, reconcilerReason},
	{"reconcile/events", reconciler, reconcilerReason},
	{"reconcile/settings", reconciler, reconcilerReason},
	{"engine/netns", []string{"internal", "condition", "directory", "vpc"}, engineReason},
	{"engine/samba", []string{"internal", "condition", "directory", "vpc"}, engineReason},
	{"engine/deliver", []string{"internal"}, engineReason},
	{"engine/dnsforward", []string{"internal", "condition", "directory", "vpc"}, engineReason},
	{"engine/ldap", []string{"internal", "directory", "trust"}, engineReason},
	{"engine/lsa", []string{"internal", "condition", "directory", "trust"}, engineReason},
	{"engine/probe", []string{"engine/lsa", "assessment", "internal", "condition", "directory", "trust", "vpc"},
		"trying what a trust needs asks the partner in the same words (pings, null sessions) as making one, so it stands on engine/lsa"},
	{"engine/lsa/lsatest", []string{"engine/lsa", "internal", "condition", "directory", "trust"},
		"an in-memory forest is the engine's own twin"},
	{"client", []string{"internal"},
		"a client knows the wire and nothing of the server"},
	{"cmd", []string{"client", "awsapi", "service", "store", "store/embedded", "reconcile", "reconcile/networks", "reconcile/directories",
		"reconcile/forwarders", "reconcile/trusts", "reconcile/interfaces", "reconcile/snapshots", "reconcile/events", "reconcile/settings", "engine/deliver", "reconcile/selective", "engine/netns", "engine/samba", "engine/dnsforward", "engine/lsa", "engine/ldap", "engine/probe", "reconcile/assessments", "assessment",
		"internal", "condition", "directory", "trust", "vpc", "audit", "access", "console"},
		"wiring may see all parts, but nobody's tests"},
	{"tests", nil, ""}, // free: stories see everything
}

var reconciler = []string{"reconcile", "store", "internal", "condition", "directory", "trust", "vpc", "audit", "access", "assessment"}

const (
	reconcilerReason = "a reconciler declares the interfaces it needs; engines and operations meet it in the store and in cmd"
	engineReason     = "an engine does things to the world; it knows no store and no other engine"
)

// onlyImporter says which library belongs to which folder alone.
var onlyImporter = []struct{ library, folder, because string }{
	{"github.com/oiweiwei/go-msrpc", "engine/lsa", "generated names and their upgrades stay in one place"},
	{"github.com/vishvananda/netlink", "engine/netns", "links and routes are made in one place"},
	{"go.etcd.io/etcd/server/v3", "store/embedded", "everyone else talks to etcd as a client"},
	{"go.etcd.io/etcd/client/v3", "store", "objects are typed outside the store"},
	{"github.com/coredns/coredns", "engine/dnsforward", "the forwarder alone knows CoreDNS"},
}

type listed struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		switch err := dec.Decode(&p); {
		case errors.Is(err, io.EOF):
			return all
		case err != nil:
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// rowOf finds the line of the table that governs folder: the longest prefix.
func rowOf(folder string) (row int, ok bool) {
	best := -1
	for i, r := range arrows {
		if (folder == r.folder || strings.HasPrefix(folder, r.folder+"/")) && (best < 0 || len(r.folder) > len(arrows[best].folder)) {
			best = i
		}
	}
	return best, best >= 0
}

func TestArrowsPointOneWay(t *testing.T) {
	for _, p := range packages(t) {
		folder := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		if folder == "" {
			continue
		}
		i, ok := rowOf(folder)
		if !ok {
			t.Errorf("%s has no line in the table of arrows: say what it may import, and why", folder)
			continue
		}
		if arrows[i].imports == nil {
			continue
		}
		for _, imported := range p.Imports {
			target, ours := strings.CutPrefix(imported, module+"/")
			if !ours {
				continue
			}
			if j, ok := rowOf(target); ok && (j == i || contains(arrows[i].imports, arrows[j].folder)) {
				continue
			}
			t.Errorf("%s imports %s: forbidden, since %s", folder, target, arrows[i].because)
		}
	}
}

func TestLibrariesStayInTheirFolder(t *testing.T) {
	for _, p := range packages(t) {
		folder := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		if strings.HasPrefix(folder, "tests") || folder == "" {
			continue
		}
		for _, imported := range p.Imports {
			for _, rule := range onlyImporter {
				mine := folder == rule.folder || strings.HasPrefix(folder, rule.folder+"/")
				if (imported == rule.library || strings.HasPrefix(imported, rule.library+"/")) && !mine {
					t.Errorf("%s imports %s, which belongs to %s: %s", folder, imported, rule.folder, rule.because)
				}
			}
		}
	}
}

// loopCalls are the methods that a reconciler shows: what its loop calls.
// Close ends what it keeps open.
var loopCalls = []string{"Name", "Keys", "KeysFor", "Reconcile", "Failing", "Close"}

// A reconciler is called by its loop and by nobody else: others meet it in the
// store. Imports alone would not show a call through an interface that
// cmd/entente joins, so a reconciler has no method to be called past its loop,
// and cmd/entente, which makes them all, names none of their types: it cannot
// keep one in a struct to hand it to another.
func TestReconcilersAreCalledByTheirLoopsAlone(t *testing.T) {
	for name, file := range sources(t, "reconcile") {
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if ok && f.Recv != nil && f.Name.IsExported() && typeName(f.Recv.List[0].Type) == "Reconciler" && !contains(loopCalls, f.Name.Name) {
				t.Errorf("%s: Reconciler.%s can be called past the loop: let the store or an engine tell what it tells", name, f.Name.Name)
			}
		}
	}
	for name, file := range sources(t, "cmd") {
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == "Reconciler" && typeName(s.X) != "reconcile" {
				t.Errorf("%s names %s.Reconciler: a reconciler is made, given to its loop, and not kept for others", name, typeName(s.X))
			}
			return true
		})
	}
}

// typeName is the name of a type or package in an expression, without stars.
func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return typeName(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// sources parses the Go files below a folder, without tests.
func sources(t *testing.T, folder string) map[string]*ast.File {
	t.Helper()
	files := map[string]*ast.File{}
	err := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		files[path], err = parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		return err
	})
	if err != nil || len(files) == 0 {
		t.Fatalf("cannot read the sources below %s: %v", folder, err)
	}
	return files
}

func contains(list []string, s string) bool {
	for _, have := range list {
		if have == s {
			return true
		}
	}
	return false
}
