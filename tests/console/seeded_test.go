package console

import (
	"context"
	"net/netip"
	"testing"

	"github.com/entente-ad/entente/tests/seeded"
	"github.com/entente-ad/entente/trust"
)

// TestManyThings looks at 50 directories, 200 trusts and 2,000 tags. How long
// that takes is for tests/bench.
func TestManyThings(t *testing.T) {
	node := browserTools(t)
	st := stage{extra: map[string]any{
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

// TestTheFirstView weighs what a browser fetches, and looks for what jumps.
func TestTheFirstView(t *testing.T) {
	node := browserTools(t)
	st := stage{extra: map[string]any{
		"one":  seeded.Serve(t, seeded.World{Directories: 1, Trusts: 1, Tags: 1}).Settings(),
		"many": seeded.Serve(t, seeded.World{Directories: 50, Trusts: 200, Tags: 2000, Mixed: true}).Settings(),
	}}
	st.tell(t, node, "first.ts")
}

// TestPolling is a page whose stream of events does not come through.
func TestPolling(t *testing.T) {
	node := browserTools(t)
	server := seeded.Serve(t, seeded.World{Directories: 1, Trusts: 1})
	st := stage{extra: map[string]any{"side": server.Settings()}}
	st.more = map[string]func(context.Context, question) error{
		"cut streams": func(context.Context, question) error { server.Cut(); return nil },
		"set trust": func(ctx context.Context, q question) error {
			return server.SetTrust(ctx, seeded.TrustID(0, 0), trust.State(q.Name))
		},
	}
	st.tell(t, node, "polling.ts")
}

// TestAddingARouteThatIsMissing goes from a trust's reason to what puts it
// right.
func TestAddingARouteThatIsMissing(t *testing.T) {
	node := browserTools(t)
	server := seeded.Serve(t, seeded.World{Directories: 1, Trusts: 1})
	partner := netip.MustParseAddr("203.0.113.9")
	st := stage{extra: map[string]any{
		"side": server.Settings(), "shots": shots(t),
		"trust": seeded.TrustID(0, 0), "directory": seeded.DirectoryID(0), "server": partner,
	}}
	st.more = map[string]func(context.Context, question) error{
		"look at the trust": func(ctx context.Context, _ question) error { return server.Look(ctx, 0, 0, partner) },
	}
	st.tell(t, node, "routes.ts")
}

// TestTheAuditLog is who changed what, as it happens and by filters.
func TestTheAuditLog(t *testing.T) {
	node := browserTools(t)
	st := stage{extra: map[string]any{
		"side": seeded.Serve(t, seeded.World{Directories: 1, Trusts: 1}).Settings(), "shots": shots(t),
	}}
	st.tell(t, node, "audit.ts")
}

// TestWhatTheServerLacks is a console that is newer than its server.
func TestWhatTheServerLacks(t *testing.T) {
	node := browserTools(t)
	st := stage{extra: map[string]any{"side": seeded.Serve(t, seeded.World{Directories: 1, Trusts: 1}).Settings()}}
	st.tell(t, node, "lacking.ts")
}

// TestNarrowWindows looks at much on a small screen.
func TestNarrowWindows(t *testing.T) {
	node := browserTools(t)
	side := seeded.Serve(t, seeded.World{Directories: 9, Trusts: 36, Tags: 90, Mixed: true}).Settings()
	st := stage{extra: map[string]any{"shots": shots(t), "side": side}}
	st.tell(t, node, "narrow.ts")
}
