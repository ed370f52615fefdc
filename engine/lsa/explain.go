package lsa

import (
	"errors"

	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/trust"
)

// Explanation is what a failure means for a trust.
type Explanation struct {
	Name  string          // "STATUS_ACCESS_DENIED (0xC0000022)"; "" when the failure has no status
	Cause condition.Cause // condition.Unexpected when the failure alone proves none
	Kind  errs.Kind
	Words string // what it means, without a full stop
	Hint  string // what to do, a whole sentence; "" when nothing
	// Answer is what came back, and from where, for texts that say already
	// what was tried; "" when the place is not known.
	Answer string
}

// explainer is an error type that knows its own meaning.
type explainer interface {
	error
	explain() Explanation
}

// Explain finds the typed status, DNS answer or network error in err's chain
// and says what it means.
func Explain(err error) Explanation {
	x := explain(err)
	if p, ok := errors.AsType[*placed](err); ok && x.Answer == "" {
		x.Answer = p.where + ": " + x.Words
	}
	return x
}

func explain(err error) Explanation {
	if e, ok := errors.AsType[explainer](err); ok {
		return e.explain()
	}
	if s, ok := errors.AsType[KRBError](err); ok {
		return explainRow(rowOfKRB(s), s.Error())
	}
	if s, ok := errors.AsType[Win32](err); ok {
		return explainRow(rowOfWin32(s), s.Error())
	}
	if s, ok := errors.AsType[NTStatus](err); ok {
		return explainRow(rowOfNT(s), s.Error())
	}
	if x, ok := explainNetwork(err); ok {
		return x
	}
	x := Explanation{Cause: condition.Unexpected, Kind: errs.Unavailable, Words: err.Error()}
	for _, own := range []error{errBroken, errNoTicket, errClosed, errNoSource} {
		if errors.Is(err, own) {
			x.Words = own.Error()
			return x
		}
	}
	if e, ok := errors.AsType[*errs.Error](err); ok {
		x.Kind, x.Words, x.Hint = e.Kind, e.Message, e.Hint
	}
	return x
}

// ExplainVerify says what a verification that is not OK means. The channel's
// own state counts first, then the comparison of the passwords.
func ExplainVerify(r trust.VerifyResult) Explanation {
	switch {
	case r.Call != 0:
		return Explain(Win32(r.Call))
	case r.PDC == 0 && r.TC == 0:
		return Explanation{Words: "the secure channel is verified"}
	}
	status := Win32(r.PDC)
	if status == 0 {
		status = Win32(r.TC)
	}
	x := Explain(status)
	if status == ErrorAccessDenied {
		// As a status, and not as the answer to the call, it comes from the
		// partner, which did not take our trust password ([MS-NRPC]
		// 3.5.4.4.2), or from one of its controllers that has not got the
		// new trust yet.
		x.Cause, x.Kind = condition.PasswordMismatch, errs.Refused
		x.Words = "the partner does not accept our trust password"
		x.Hint = "Give both sides the same trust password: delete the trust and create it again."
	}
	return x
}

// explainRow turns a row of the table into an Explanation.
func explainRow(r *row, name string) Explanation {
	if r == nil {
		return Explanation{
			Name: name, Cause: condition.Unexpected, Kind: errs.Unavailable,
			Words: "the domain controller answered " + name,
		}
	}
	x := Explanation{Name: name, Cause: r.cause, Kind: r.kind, Words: r.words + " (" + name + ")", Hint: r.hint}
	if x.Cause == "" {
		x.Cause = condition.Unexpected
	}
	return x
}
