package store

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/secret"
)

// dump is a whole store as one version wrote it: kept in testdata, so that
// every later version can be shown to read it.
type dump struct {
	Release string            // the commit whose code wrote it
	KeyFile string            // what its secrets are sealed with; it seals nothing else
	Keys    map[string]string // etcd's keys below the prefix, and their values
	Sealed  map[string][]byte // the same for values that are bytes
}

var writeDump = flag.String("write-dump", "", "the `RELEASE` whose store is to be written to testdata: run it with that release's code")

// TestWriteDump makes testdata/RELEASE.json, with an object in every table and
// a value in every member. It is run once for each release, in a clean tree of
// it:
//
//	go test ./store -run TestWriteDump -write-dump RELEASE
//
// Without the flag it writes to a folder that goes with the test.
func TestWriteDump(t *testing.T) {
	release, dir := *writeDump, "testdata"
	if release == "" {
		release, dir = "this", t.TempDir()
	}
	keyFile := filepath.Join(t.TempDir(), "key")
	sealer, err := OpenSealer(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	key, err := os.ReadFile(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	endpoint, client := bareEtcd(t)
	s := openAt(t, endpoint, sealer)
	tx := s.Begin()
	for name, table := range tables {
		b, err := json.Marshal(filled(table.typ(), name).Interface())
		if err != nil {
			t.Fatal(err)
		}
		tx.putObject(name, dumpKey, b, 0)
	}
	tx.Claim(dumpKey, "owner")
	tx.SetSecret(dumpKey, secret.New(dumpSecret))
	tx.Audit(audit.Entry{Time: dumpTime, RequestID: "request", Operation: "CreateDirectory"})
	if _, err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	resp, err := client.Get(t.Context(), s.prefix+"/", clientv3.WithPrefix())
	if err != nil {
		t.Fatal(err)
	}
	d := dump{Release: release, KeyFile: string(key), Keys: map[string]string{}, Sealed: map[string][]byte{}}
	for _, kv := range resp.Kvs {
		name := strings.TrimPrefix(string(kv.Key), s.prefix)
		if json.Valid(kv.Value) || strings.HasPrefix(name, "/data/"+claimsTable) {
			d.Keys[name] = string(kv.Value)
		} else {
			d.Sealed[name] = kv.Value
		}
	}
	b, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, release+".json"), append(b, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

// What stands in every dump.
const (
	dumpKey    = "key"
	dumpSecret = "the secret of the dump"
)

var dumpTime = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// filled gives a value of type t in which no member is zero. Texts say where
// they are, so that no two are the same.
func filled(t reflect.Type, path string) reflect.Value {
	v := reflect.New(t).Elem()
	switch t {
	case reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(dumpTime))
		return v
	case reflect.TypeFor[netip.Addr]():
		v.Set(reflect.ValueOf(netip.MustParseAddr("10.1.2.3")))
		return v
	case reflect.TypeFor[netip.Prefix]():
		v.Set(reflect.ValueOf(netip.MustParsePrefix("10.1.0.0/16")))
		return v
	}
	switch t.Kind() {
	case reflect.String:
		v.SetString(path)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(len(path)))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(uint64(len(path)))
	case reflect.Pointer:
		v.Set(reflect.New(t.Elem()))
		v.Elem().Set(filled(t.Elem(), path))
	case reflect.Slice:
		v.Set(reflect.Append(v, filled(t.Elem(), path+"[0]"), filled(t.Elem(), path+"[1]")))
	case reflect.Map:
		v.Set(reflect.MakeMap(t))
		v.SetMapIndex(filled(t.Key(), path+".key"), filled(t.Elem(), path+".value"))
	case reflect.Struct:
		for i := range t.NumField() {
			v.Field(i).Set(filled(t.Field(i).Type, path+"."+t.Field(i).Name))
		}
	default:
		panic(fmt.Sprintf("%s is a %s, which no stored value may be", path, t))
	}
	return v
}
