package lsa

import (
	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/trust"
)

// Explanation is what a status means for a trust.
type Explanation struct {
	Name  string          // "STATUS_ACCESS_DENIED (0xC0000022)"
	Cause condition.Cause // condition.Unexpected when no cause is certain
	Kind  errs.Kind
	Retry bool   // it may pass by itself
	Words string // what it means
	Hint  string // what to do; "" when nothing
}

// Explain looks for the typed status in err's chain and explains it.
func Explain(err error) Explanation { panic("soon") }

// ExplainVerify explains a verification that is not OK.
func ExplainVerify(r trust.VerifyResult) Explanation { panic("soon") }
