package console

import (
	"testing"

	"github.com/entente-ad/entente/tests/seeded"
)

// TestManyThings looks at 50 directories, 200 trusts and 2,000 tags, and says
// how much longer it takes than with one of each.
func TestManyThings(t *testing.T) {
	node := browserTools(t)
	st := stage{extra: map[string]any{
		"few":  seeded.Serve(t, seeded.World{Directories: 1, Trusts: 1, Tags: 1}).Settings(),
		"many": seeded.Serve(t, seeded.World{Directories: 50, Trusts: 200, Tags: 2000}).Settings(),
	}}
	st.tell(t, node, "size.ts")
}

// TestTheMap draws what there can be, from one trust to two hundred.
func TestTheMap(t *testing.T) {
	node := browserTools(t)
	st := stage{extra: map[string]any{"shots": shots(t)}}
	for name, w := range map[string]seeded.World{
		"one": {Directories: 1, Trusts: 1}, "five": {Directories: 1, Trusts: 5, Mixed: true}, "twelve": {Directories: 1, Trusts: 12, Mixed: true},
		"fifty": {Directories: 1, Trusts: 50, Mixed: true}, "six": {Directories: 6, Trusts: 24, Mixed: true}, "many": {Directories: 50, Trusts: 200, Mixed: true},
	} {
		st.extra[name] = seeded.Serve(t, w).Settings()
	}
	st.tell(t, node, "map.ts")
}
