package errs_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/entente-ad/entente/internal/errs"
)

func TestKindOf(t *testing.T) {
	cause := errors.New("cause")
	for name, c := range map[string]struct {
		err  error
		want errs.Kind
	}{
		"an error that nobody classified is internal": {cause, errs.Internal},
		"its own kind": {errs.E(errs.NotFound, "no %s", "x"), errs.NotFound},
		"the kind of what it wraps, behind other text": {
			fmt.Errorf("reading: %w", errs.Wrap(cause, errs.Unavailable, "gone")), errs.Unavailable},
		"the outermost kind of two": {
			errs.Wrap(errs.E(errs.NotFound, "inner"), errs.Refused, "outer"), errs.Refused},
	} {
		if got := errs.KindOf(c.err); got != c.want {
			t.Errorf("%s: got kind %d, want %d", name, got, c.want)
		}
		if !errs.Is(c.err, c.want) || errs.Is(nil, c.want) {
			t.Errorf("%s: Is disagrees with KindOf", name)
		}
	}
}

func TestMessageCauseAndHintComeInThisOrder(t *testing.T) {
	cause := errors.New("connection refused")
	err := errs.Wrap(cause, errs.Unavailable, "The DC %s does not answer.", "dc-1")
	err.Hint = "Start it."
	if got, want := err.Error(), "The DC dc-1 does not answer: connection refused. Start it."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if !errors.Is(err, cause) {
		t.Error("the cause is lost")
	}
	if got := errs.E(errs.Invalid, "no").Error(); got != "no" {
		t.Errorf("got %q", got)
	}
}

func TestKindsListsEachOnce(t *testing.T) {
	seen := map[errs.Kind]bool{}
	for _, k := range errs.Kinds() {
		if seen[k] {
			t.Errorf("kind %d is listed twice", k)
		}
		seen[k] = true
	}
	if !seen[errs.Internal] || !seen[errs.Conflict] {
		t.Error("the first or the last kind is missing")
	}
}

func TestASentenceHasOneFullStop(t *testing.T) {
	hinted := errs.E(errs.Unavailable, "no answer")
	hinted.Hint = "Start it."
	for want, err := range map[string]error{
		"no answer.":           errors.New("no answer"),
		"no answer. Start it.": hinted,
	} {
		if got := errs.Sentence(err); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
