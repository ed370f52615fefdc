package trust

import (
	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/internal/errs"
)

// Fault is something that did not work, with its cause told apart. Engines
// have their own errors; the reconciler turns each into a Fault once, so that
// Next and the words need only this.
type Fault struct {
	Cause  condition.Cause // condition.Unexpected when none is certain
	Kind   errs.Kind       // errs.NotFound, errs.Exists, … where it matters
	Status string          // the status as people search for it: "STATUS_ACCESS_DENIED (0xC0000022)"; "" without one
	Detail string          // what was asked of which host and port, and what came back
	Hint   string          // the engine's advice; "" means the words' own
}

// Error gives the detail.
func (f *Fault) Error() string { return f.Detail }
