package store

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/entente-ad/entente/store/embedded"
)

// openDump puts a dump in an etcd and opens it.
func openDump(t *testing.T, file string) (*Store, dump) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var d dump
	if err := json.Unmarshal(b, &d); err != nil {
		t.Fatal(err)
	}
	keyFile := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(keyFile, []byte(d.KeyFile), 0o600); err != nil {
		t.Fatal(err)
	}
	sealer, err := OpenSealer(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	etcd, client := bareEtcd(t)
	for key, value := range d.Keys {
		putRaw(t, client, "/entente"+key, value)
	}
	for key, value := range d.Sealed {
		putRaw(t, client, "/entente"+key, string(value))
	}
	return openAt(t, etcd, sealer), d
}

// bareEtcd is an etcd that nothing is in.
func bareEtcd(t *testing.T) (endpoint string, client *clientv3.Client) {
	t.Helper()
	etcd, err := embedded.Start(t.Context(), embedded.Config{Dir: t.TempDir(), Volatile: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(etcd.Close)
	if client, err = dial(Config{Endpoints: []string{etcd.Endpoint()}}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return etcd.Endpoint(), client
}

func openAt(t *testing.T, endpoint string, sealer *Sealer) *Store {
	t.Helper()
	s, err := Open(t.Context(), Config{Endpoints: []string{endpoint}, Sealer: sealer})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func putRaw(t *testing.T, client *clientv3.Client, key, value string) {
	t.Helper()
	if _, err := client.Put(t.Context(), key, value); err != nil {
		t.Fatal(err)
	}
}

func getRaw(t *testing.T, client *clientv3.Client, key string) string {
	t.Helper()
	resp, err := client.Get(t.Context(), key)
	if err != nil || len(resp.Kvs) != 1 {
		t.Fatalf("%s: %d values, %v", key, len(resp.Kvs), err)
	}
	return string(resp.Kvs[0].Value)
}

// TestStoresOfReleasesBefore opens what releases before this one wrote, with
// an object in each table and a value in each member. Everything in it is
// read, and what is written back has every member at its place and with its
// value, so that the release before reads it as well.
func TestStoresOfReleasesBefore(t *testing.T) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stores of releases before: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			s, d := openDump(t, file)
			secret, ok, err := s.Secret(t.Context(), dumpKey)
			if err != nil || !ok || secret.Reveal() != dumpSecret {
				t.Errorf("the secret is not read: %v, %v", ok, err)
			}
			if s.Claimed(dumpKey) != "owner" {
				t.Errorf("the claim is %q's", s.Claimed(dumpKey))
			}
			read := 0
			for name, value := range d.Keys {
				table, key, _ := cutTable(name)
				decoder, ok := tables[table]
				if !ok {
					continue
				}
				e, ok := s.cache.get(table, key)
				if !ok || e.more != nil {
					t.Errorf("%s is not read whole", name)
					continue
				}
				read++
				b, err := json.Marshal(e.value)
				if err != nil {
					t.Fatal(err)
				}
				compareJSON(t, name, value, string(b))
				now, err := json.Marshal(filled(decoder.typ(), table).Interface())
				if err != nil {
					t.Fatal(err)
				}
				if key == dumpKey {
					compareJSON(t, name+" as this version fills it", value, string(now))
				}
			}
			if _, err := s.PruneAudit(t.Context(), AuditKeep{}, dumpTime); err != nil {
				t.Error(err)
			}
			entries, _, err := s.AuditEntries(t.Context(), AuditRange{Limit: 10})
			if err != nil || !slices.ContainsFunc(entries, func(r AuditRecord) bool { return r.RequestID == "request" && r.Time.Equal(dumpTime) }) {
				t.Errorf("the audit log is not read: %+v, %v", entries, err)
			}
			if read < 27 {
				t.Errorf("only %d objects were read", read)
			}
		})
	}
}

// cutTable takes a key of a dump apart: "/data/trusts/spec/t-1".
func cutTable(name string) (table, key string, ok bool) {
	parts := strings.SplitN(name, "/", 5)
	if len(parts) != 5 || parts[1] != "data" {
		return "", "", false
	}
	return parts[2] + "/" + parts[3], parts[4], true
}

// compareJSON wants every member of before in after, of the same value. A
// release before this one finds its members by their names: it reads from
// after what it had written in before.
func compareJSON(t *testing.T, path, before, after string) {
	t.Helper()
	var b, a any
	if err := json.Unmarshal([]byte(before), &b); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(after), &a); err != nil {
		t.Fatal(err)
	}
	for _, difference := range missing(path, b, a) {
		t.Error(difference)
	}
}

func missing(path string, before, after any) (differences []string) {
	switch b := before.(type) {
	case map[string]any:
		a, ok := after.(map[string]any)
		if !ok {
			return []string{path + " is no object any more"}
		}
		for name, value := range b {
			if _, ok := a[name]; !ok {
				differences = append(differences, path+"."+name+" is lost")
				continue
			}
			differences = append(differences, missing(path+"."+name, value, a[name])...)
		}
	case []any:
		a, ok := after.([]any)
		if !ok || len(a) != len(b) {
			return []string{path + " is not the same list"}
		}
		for i := range b {
			differences = append(differences, missing(path+"[]", b[i], a[i])...)
		}
	default:
		if !reflect.DeepEqual(before, after) {
			return []string{path + " is not the same value"}
		}
	}
	slices.Sort(differences)
	return differences
}

// TestTheTestOfReleasesSeesALoss shows that a renamed member, one of another
// kind and one that is gone are found.
func TestTheTestOfReleasesSeesALoss(t *testing.T) {
	before := map[string]any{"Name": "a", "DCs": []any{map[string]any{"ID": "1"}}}
	for name, after := range map[string]any{
		"renamed":      map[string]any{"FQDN": "a", "DCs": []any{map[string]any{"ID": "1"}}},
		"another kind": map[string]any{"Name": 1.0, "DCs": []any{map[string]any{"ID": "1"}}},
		"gone below":   map[string]any{"Name": "a", "DCs": []any{map[string]any{}}},
		"a list less":  map[string]any{"Name": "a", "DCs": []any{}},
	} {
		if len(missing("", before, after)) == 0 {
			t.Errorf("%s: not seen", name)
		}
	}
	if d := missing("", before, map[string]any{"Name": "a", "New": 1.0, "DCs": []any{map[string]any{"ID": "1", "New": true}}}); len(d) > 0 {
		t.Errorf("new members are no loss: %q", d)
	}
}
