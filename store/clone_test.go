package store

import (
	"reflect"
	"testing"

	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/trust"
)

// TestEveryTypeCanBeCopied walks the types of all tables for kinds that clone
// cannot copy, so that a new field cannot share memory unseen.
func TestEveryTypeCanBeCopied(t *testing.T) {
	seen := map[reflect.Type]bool{}
	var walk func(typ reflect.Type, path string)
	walk = func(typ reflect.Type, path string) {
		if seen[typ] {
			return
		}
		seen[typ] = true
		switch typ.Kind() {
		case reflect.Chan, reflect.Func, reflect.Interface, reflect.UnsafePointer:
			t.Errorf("%s is a %s", path, typ.Kind())
		case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
			walk(typ.Elem(), path+"[]")
		case reflect.Struct:
			for i := range typ.NumField() {
				if f := typ.Field(i); f.IsExported() {
					walk(f.Type, path+"."+f.Name)
				}
			}
		default:
		}
	}
	for name, table := range tables {
		walk(table.typ(), name)
	}
}

func TestCloneSharesNothing(t *testing.T) {
	type inner struct {
		List []int
		Map  map[string][]string
	}
	type outer struct {
		Ptr   *inner
		Array [1]inner
		Nil   *inner
		Empty []int
	}
	fresh := func() outer {
		in := inner{List: []int{1}, Map: map[string][]string{"a": {"b"}}}
		return outer{Ptr: &inner{List: []int{2}}, Array: [1]inner{in}, Empty: []int{}}
	}
	original := fresh()
	c := clone(original)
	if !reflect.DeepEqual(c, original) {
		t.Fatalf("the copy differs: %+v", c)
	}
	c.Ptr.List[0], c.Array[0].List[0], c.Array[0].Map["a"][0], c.Array[0].Map["c"] = 9, 9, "9", nil
	if !reflect.DeepEqual(original, fresh()) {
		t.Errorf("a write to the copy shows in the original: %+v", original)
	}
}

func BenchmarkList(b *testing.B) {
	// The cache's reads are what DescribeTrusts costs.
	c := newCache()
	s := &Store{cache: c}
	var updates []update
	for i := range 100 {
		key := string(rune('a' + i))
		updates = append(updates, update{Change: Change{Table: TrustStatus.Name(), Key: key}, value: benchStatus(), revision: 1})
	}
	c.advance(1, updates)
	b.Run("List", func(b *testing.B) {
		for b.Loop() {
			TrustStatus.List(s)
		}
	})
	b.Run("All", func(b *testing.B) {
		for b.Loop() {
			for o := range TrustStatus.All(s) {
				_ = o
			}
		}
	})
}

func benchStatus() trust.Status {
	return trust.Status{
		Conditions: make([]condition.Condition, 6), Partner: &trust.Partner{DCs: make([]trust.PartnerDC, 2)},
		Verdicts: make([]trust.Verdict, 2), Steps: make([]trust.StepDone, 10),
	}
}
