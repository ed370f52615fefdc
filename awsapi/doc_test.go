package awsapi

import (
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/entente-ad/entente/internal/errs"
)

var update = flag.Bool("update", false, "write what is generated into docs/api.md")

const docPath = "../docs/api.md"

// TestTheDocumentationSaysWhatIsOffered keeps the lists of docs/api.md as the
// code has them.
func TestTheDocumentationSaysWhatIsOffered(t *testing.T) {
	page, err := os.ReadFile(docPath)
	if err != nil {
		t.Fatal(err)
	}
	want := string(page)
	for name, text := range map[string]string{
		"offered": docOffered(apiDS), "refused": docRefused(), "own": docOwn(), "errors": docErrors(), "ec2": docOffered(apiEC2),
	} {
		from, to := "<!-- "+name+": generated -->\n", "<!-- end -->"
		head, rest, ok := strings.Cut(want, from)
		if !ok {
			t.Fatalf("%s has no %q", docPath, from)
		}
		_, tail, _ := strings.Cut(rest, to)
		want = head + from + text + to + tail
	}
	if want == string(page) {
		return
	}
	if !*update {
		t.Fatalf("%s does not say what the code does: run go test ./awsapi -run Documentation -update", docPath)
	}
	if err := os.WriteFile(docPath, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

// rowsOf gives the table's rows of one API, those offered or those refused.
func rowsOf(a api, offered bool) []operation {
	return slices.DeleteFunc(operations(nil), func(o operation) bool { return o.api != a || (o.call != nil) != offered })
}

func docOffered(a api) string {
	var names []string
	for _, o := range rowsOf(a, true) {
		names = append(names, "`"+o.name+"`")
	}
	slices.Sort(names)
	return strings.Join(names, " · ") + "\n"
}

func docRefused() string {
	by := map[string][]string{}
	for _, o := range rowsOf(apiDS, false) {
		by[o.refusal] = append(by[o.refusal], "`"+o.name+"`")
	}
	var b strings.Builder
	b.WriteString("| Operations | Answer |\n|---|---|\n")
	for _, sentence := range slices.Sorted(maps.Keys(by)) {
		slices.Sort(by[sentence])
		fmt.Fprintf(&b, "| %s | %s |\n", strings.Join(by[sentence], ", "), sentence)
	}
	return b.String()
}

func docOwn() string {
	var b strings.Builder
	b.WriteString("| Operation | What it does | Members of the request |\n|---|---|---|\n")
	for _, o := range rowsOf(apiOwn, true) {
		var members []string
		for _, f := range (&plans{}).of(o.input) {
			members = append(members, fmt.Sprintf("`%s` %s", f.name, docType(f.typ)))
		}
		if members == nil {
			members = []string{"none"}
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", o.name, docDoes(o), strings.Join(members, ", "))
	}
	return b.String()
}

func docDoes(o operation) string {
	switch {
	case o.access == writes:
		return "changes"
	case o.freshness == live:
		return "looks, each time"
	default:
		return "tells what is stored"
	}
}

func docType(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return docType(t.Elem())
	case reflect.Slice:
		return "list of " + docType(t.Elem())
	case reflect.Int, reflect.Int32, reflect.Int64:
		return "integer"
	case reflect.Bool:
		return "boolean"
	case reflect.Struct:
		return "timestamp" // the only structures that requests have
	default:
		return t.Kind().String()
	}
}

func docErrors() string {
	names := map[string]int{}
	for _, k := range errs.Kinds() {
		name, _ := awsName(k)
		names[name.code] = name.status
	}
	var b strings.Builder
	b.WriteString("| Error | HTTP |\n|---|---|\n")
	for _, code := range slices.Sorted(maps.Keys(names)) {
		fmt.Fprintf(&b, "| `%s` | %d %s |\n", code, names[code], http.StatusText(names[code]))
	}
	return b.String()
}
