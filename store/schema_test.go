package store

import (
	"reflect"
	"strings"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/entente-ad/entente/audit"
)

// TestEveryMemberHasItsNameInAText keeps a field that is renamed in Go from
// being another member in the store: what was written under the old name would
// be lost without a word.
func TestEveryMemberHasItsNameInAText(t *testing.T) {
	seen := map[reflect.Type]bool{}
	var walk func(typ reflect.Type, path string)
	walk = func(typ reflect.Type, path string) {
		if seen[typ] || typ == reflect.TypeFor[time.Time]() {
			return
		}
		seen[typ] = true
		switch typ.Kind() {
		case reflect.Map:
			walk(typ.Key(), path+".key")
			walk(typ.Elem(), path+".value")
		case reflect.Pointer, reflect.Slice, reflect.Array:
			walk(typ.Elem(), path+"[]")
		case reflect.Struct:
			for i := range typ.NumField() {
				f := typ.Field(i)
				tag, tagged := f.Tag.Lookup("json")
				switch {
				case f.Anonymous && !tagged: // its members stand beside the others
				case f.IsExported() && (tag == "" || tag[0] == ',' || tag == "-"):
					t.Errorf("%s.%s (%s) has no name in a json tag", path, f.Name, typ)
				}
				if f.IsExported() {
					walk(f.Type, path+"."+f.Name)
				}
			}
		default:
		}
	}
	for name, table := range tables {
		walk(table.typ(), name)
	}
	walk(reflect.TypeFor[audit.Entry](), "audit")
	if len(seen) < len(tables) {
		t.Errorf("only %d types were looked at", len(seen))
	}
}

func TestTheSchemaOfAStore(t *testing.T) {
	newer := Schema{Major: CurrentSchema.Major, Minor: CurrentSchema.Minor + 1}.String()
	for name, c := range map[string]struct {
		stored string // "" means none
		after  string
		says   []string // nil means that it opens
	}{
		"none yet":      {"", CurrentSchema.String(), nil},
		"this one":      {CurrentSchema.String(), CurrentSchema.String(), nil},
		"a newer minor": {newer, newer, nil},
		"a newer major": {"9.0", "9.0", []string{"9.0", CurrentSchema.String(), "newer version", "backup"}},
		"no version":    {"x", "x", []string{`"x"`, "/entente/schema"}},
	} {
		t.Run(name, func(t *testing.T) {
			endpoint, client := bareEtcd(t)
			if c.stored != "" {
				putRaw(t, client, "/entente/schema", c.stored)
			}
			sealer, err := NewSealer()
			if err != nil {
				t.Fatal(err)
			}
			s, err := Open(t.Context(), Config{Endpoints: []string{endpoint}, Sealer: sealer})
			if s != nil {
				defer func() { _ = s.Close() }()
			}
			if (err == nil) != (c.says == nil) {
				t.Fatalf("opened: %v", err)
			}
			for _, word := range c.says {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("%q is not in: %v", word, err)
				}
			}
			if got := getRaw(t, client, "/entente/schema"); got != c.after {
				t.Errorf("it says %q then, want %q", got, c.after)
			}
			all, err := client.Get(t.Context(), "/", clientv3.WithPrefix())
			if err != nil || c.says != nil && len(all.Kvs) != 1 {
				t.Errorf("a store that is refused was written to: %v, %v", all.Kvs, err)
			}
		})
	}
}
