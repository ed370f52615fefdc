package store

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/entente-ad/entente/directory"
)

func TestUnknownMembersAreKept(t *testing.T) {
	type inner struct {
		ID   string `json:"ID"`
		Size int    `json:"Size,omitempty"`
	}
	type embedded struct {
		Flat string `json:"Flat"`
	}
	type outer struct {
		embedded
		Name string           `json:"Name"`
		One  inner            `json:"One"`
		Ptr  *inner           `json:"Ptr"`
		List []inner          `json:"List"`
		Map  map[string]inner `json:"Map"`
		Bare []string         `json:"Bare"`
	}
	for name, c := range map[string]struct{ old, next, want string }{
		"beside what changed":    {`{"Name":"a","New":1}`, `{"Name":"b"}`, `{"Name":"b","New":1}`},
		"nothing unknown":        {`{"Name":"a"}`, `{"Name":"b"}`, `{"Name":"b"}`},
		"a whole object":         {`{"New":{"a":[1,{"b":null}]}}`, `{"Name":"b"}`, `{"Name":"b","New":{"a":[1,{"b":null}]}}`},
		"in a member":            {`{"One":{"ID":"1","New":1}}`, `{"One":{"ID":"2"}}`, `{"One":{"ID":"2","New":1}}`},
		"in a pointer":           {`{"Ptr":{"ID":"1","New":1}}`, `{"Ptr":{"ID":"1"}}`, `{"Ptr":{"ID":"1","New":1}}`},
		"in a pointer that went": {`{"Ptr":{"ID":"1","New":1}}`, `{"Ptr":null}`, `{"Ptr":null}`},
		"in a map":               {`{"Map":{"k":{"ID":"1","New":1},"gone":{"New":2}}}`, `{"Map":{"k":{"ID":"2"},"fresh":{"ID":"3"}}}`, `{"Map":{"k":{"ID":"2","New":1},"fresh":{"ID":"3"}}}`},
		"in a list that moved":   {`{"List":[{"ID":"1","New":1},{"ID":"2","New":2}]}`, `{"List":[{"ID":"2","Size":5},{"ID":"3"}]}`, `{"List":[{"ID":"2","Size":5,"New":2},{"ID":"3"}]}`},
		"in elements alike":      {`{"List":[{"ID":"1","New":1},{"ID":"1","New":2}]}`, `{"List":[{"ID":"1"}]}`, `{"List":[{"ID":"1"}]}`},
		"of lists without names": {`{"Bare":["a"],"New":1}`, `{"Bare":["b","c"]}`, `{"Bare":["b","c"],"New":1}`},
		"a known one left out":   {`{"One":{"ID":"1","Size":7}}`, `{"One":{"ID":"1"}}`, `{"One":{"ID":"1"}}`},
		"known in small letters": {`{"name":"a"}`, `{"Name":"b"}`, `{"Name":"b"}`},
		"of an embedded struct":  {`{"Flat":"a","New":1}`, `{"Flat":"b"}`, `{"Flat":"b","New":1}`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := keepUnknown(json.RawMessage(c.next), json.RawMessage(c.old), reflect.TypeFor[outer]())
			if err != nil {
				t.Fatal(err)
			}
			var g, w any
			if json.Unmarshal(got, &g) != nil || json.Unmarshal([]byte(c.want), &w) != nil || !reflect.DeepEqual(g, w) {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// TestWhatANewerVersionWroteIsKept opens a store in which a newer version has
// a table, members and a kind of value of its own.
func TestWhatANewerVersionWroteIsKept(t *testing.T) {
	endpoint, client := bareEtcd(t)
	const (
		spec   = "/entente/data/directories/spec/d-1"
		newer  = "/entente/data/newer/spec/x"
		odd    = "/entente/data/odd"
		status = "/entente/data/directories/status/d-1"
	)
	putRaw(t, client, spec, `{"ID":"d-1","Name":"corp.example.com","Newer":{"a":1},"DCs":[{"ID":"dc-1","Newer":2}]}`)
	putRaw(t, client, newer, `{"any":"thing"}`)
	putRaw(t, client, odd, `x`)
	putRaw(t, client, status, `["a status of another kind"]`)
	sealer, err := NewSealer()
	if err != nil {
		t.Fatal(err)
	}
	s := openAt(t, endpoint, sealer)

	o, ok := Directories.Get(s, "d-1")
	if !ok || o.Value.Name != "corp.example.com" {
		t.Fatalf("got %+v, %v", o, ok)
	}
	for i, change := range []func(*directory.Spec){
		func(d *directory.Spec) { d.Description = "changed" },
		func(d *directory.Spec) { d.DCs[0].HostName = "changed" }, // what the first write kept is kept by the second
	} {
		change(&o.Value)
		tx := s.Begin()
		Directories.Put(tx, "d-1", o.Value, o.Revision)
		if _, err := tx.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := getRaw(t, client, spec)
		if !strings.Contains(got, `"Newer":{"a":1}`) || !strings.Contains(got, `"Newer":2`) || !strings.Contains(got, "changed") {
			t.Errorf("write %d: %s", i, got)
		}
		o, _ = Directories.Get(s, "d-1")
	}

	tx := s.Begin()
	DirectoryStatus.Put(tx, "d-1", directory.Status{}, 0)
	var unreadable *UnreadableError
	if _, err := tx.Commit(t.Context()); !errors.As(err, &unreadable) {
		t.Errorf("a status that cannot be read was written over: %v", err)
	}
	for key, want := range map[string]string{newer: `{"any":"thing"}`, odd: "x", status: `["a status of another kind"]`} {
		if got := getRaw(t, client, key); got != want {
			t.Errorf("%s is %q now", key, got)
		}
	}

	// Deleted, it is there no more; and one that can be read again is read.
	if _, err := client.Delete(t.Context(), status); err != nil {
		t.Fatal(err)
	}
	if err := s.Until(t.Context(), func() bool { return s.cache.readable(DirectoryStatus.Name(), "d-1") }); err != nil {
		t.Fatal(err)
	}
	tx = s.Begin()
	DirectoryStatus.Put(tx, "d-1", directory.Status{}, 0)
	if _, err := tx.Commit(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestAWishThatCannotBeReadIsNotTakenForNone: domain controllers of a directory
// that reads as absent would be removed.
func TestAWishThatCannotBeReadIsNotTakenForNone(t *testing.T) {
	endpoint, client := bareEtcd(t)
	sealer, err := NewSealer()
	if err != nil {
		t.Fatal(err)
	}
	s := openAt(t, endpoint, sealer)
	tx := s.Begin()
	Directories.Put(tx, "d-1", directory.Spec{ID: "d-1"}, 0)
	if _, err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	putRaw(t, client, "/entente/data/directories/spec/d-1", `{"ID":{"of":"another kind"}}`)
	if err := s.Until(t.Context(), func() bool { return !s.cache.readable(Directories.Name(), "d-1") }); err != nil {
		t.Fatal(err)
	}
	if err := s.load(t.Context()); err != nil { // as after a gap in the watch
		t.Fatal(err)
	}
	if o, ok := Directories.Get(s, "d-1"); !ok || o.Value.ID != "d-1" {
		t.Errorf("while it runs, the last readable value counts: %+v, %v", o, ok)
	}
	_, err = Open(t.Context(), Config{Endpoints: []string{endpoint}, Sealer: sealer})
	if err == nil || !strings.Contains(err.Error(), "directories/spec/d-1") || !strings.Contains(err.Error(), "etcdctl") {
		t.Errorf("opened again: %v", err)
	}
}
