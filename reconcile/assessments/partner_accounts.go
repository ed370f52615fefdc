package assessments

import (
	"context"
	"strings"

	"github.com/entente-ad/entente/assessment"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/trust"
)

// maxAccounts is how many accounts are named in a sentence.
const maxAccounts = 20

// accounts looks at the partner's accounts where that is possible, and at ours
// for one that is in the trust's way.
func (l *partnerLook) accounts(ctx context.Context, targets []trust.PortTarget) {
	seen := &assessment.Accounts{}
	l.c.Accounts = seen
	to, ok := l.speaker(targets)
	if !ok {
		return
	}
	if p := l.ping(); p != nil && p.NetBIOSDomain != "" {
		name := strings.ToUpper(p.NetBIOSDomain) + "$"
		if taken, err := l.r.cfg.Accounts.Taken(ctx, l.from[0], name); err == nil && taken {
			l.c.Ours.Taken = name
		}
	}
	var password secret.Text
	switch {
	case l.spec.User != "":
		var err error
		if password, err = l.password(ctx); err != nil {
			seen.Why = "the password of the account cannot be read."
			return
		}
	case l.partner.Trust == "" || !l.partner.Direction.HasIncoming():
		seen.Why = "that needs an account of " + string(l.partner.Domain) + " (UserName and Password of StartTrustAssessment) or a trust that lets our users in there."
		return
	}
	names, more, err := l.r.cfg.Accounts.NoPreauth(ctx, l.from[0], l.partner.Domain, to, l.spec.User, password, maxAccounts)
	if err != nil {
		seen.Why = errs.Sentence(err)
		return
	}
	seen.Looked, seen.NoPreauth, seen.More = true, names, more
}
