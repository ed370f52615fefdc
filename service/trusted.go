package service

import (
	"context"
	"time"
	"unicode/utf8"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/paging"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/trust"
)

// TrustedDomains looks into the domains that trust our users. Its calls are
// read-only, keep nothing, and end with ctx. They try our domain controllers
// and the partner's in the order given; the error is that of the last try.
type TrustedDomains interface {
	Users(ctx context.Context, way trust.Way, q trust.Lookup) (users []trust.User, next string, err error)
	Groups(ctx context.Context, way trust.Way, q trust.Lookup) (groups []trust.Group, next string, err error)
	Members(ctx context.Context, way trust.Way, group string, recursive bool, q trust.Lookup) (members []trust.Member, next string, err error)
	Memberships(ctx context.Context, way trust.Way, user string) (trust.User, []trust.Membership, error)
}

// How long a trusted domain may take to answer, and how much it is asked for
// at once. Clients give up after 30 s.
const (
	trustedTimeout   = 25 * time.Second
	trustedPage      = 100
	trustedPageMost  = 1000
	trustedTextLimit = 256 // characters of a search text or a name
)

// trustedCall is what the calls that look through a trust have in common.
type trustedCall struct {
	trust  string
	limit  int32
	token  string
	search string
	bind   []string // what else a NextToken is bound to, the operation first
}

// through checks the call, finds the way through the trust, lets look ask for
// one page, and gives the token of the next one.
func (s *Service) through(ctx context.Context, caller audit.Caller, call trustedCall, look func(context.Context, trust.Way, trust.Lookup) (next string, err error)) (token string, err error) {
	if s.cfg.Trusted == nil {
		return "", errs.E(errs.Unsupported, "This server has no domain controllers to look through.")
	}
	if call.limit < 0 || call.limit > trustedPageMost {
		return "", errs.E(errs.Invalid, "Limit must be between 1 and %d.", trustedPageMost)
	}
	for _, text := range append(call.bind[1:], call.search) {
		if utf8.RuneCountInString(text) > trustedTextLimit || !utf8.ValidString(text) {
			return "", errs.E(errs.Invalid, "A name or search text must be valid text of at most %d characters.", trustedTextLimit)
		}
	}
	o, status, err := s.trustByID(caller, call.trust)
	if err != nil {
		return "", err
	}
	way, err := s.wayThrough(o.Value, status)
	if err != nil {
		return "", err
	}
	q := trust.Lookup{Search: call.search, Limit: int(call.limit)}
	if q.Limit == 0 {
		q.Limit = trustedPage
	}
	bind := paging.Bind(append([]string{caller.Account, caller.Region, string(o.Value.ID), call.search}, call.bind...)...)
	if call.token != "" {
		if q.After, err = paging.Open(call.token, bind, s.cfg.TokenKey); err != nil {
			return "", err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, trustedTimeout)
	defer cancel()
	next, err := look(ctx, way, q)
	if err != nil {
		return "", classified(s.withWall(way, err))
	}
	if next == "" {
		return "", nil
	}
	return paging.Seal(next, bind, s.cfg.TokenKey)
}

// wayThrough lists the domain controllers at both ends of a trust, or says why
// nothing of the partner can be seen through it.
func (s *Service) wayThrough(spec trust.Spec, status trust.Status) (trust.Way, error) {
	if !spec.Direction.HasIncoming() {
		return trust.Way{}, errs.E(errs.Unsupported, "Trust %s is %s: domain %s does not trust accounts of our domain, so none of them can look up users and groups there. "+
			"Applications that must list the trusted domain's users need a two-way trust for this reason; delete the trust and create it with direction %s on both sides.",
			spec.ID, spec.Direction, spec.Remote, trust.TwoWay)
	}
	d, ok := store.Directories.Get(s.store, string(spec.Directory))
	if !ok || spec.Delete || d.Value.Delete {
		return trust.Way{}, errs.E(errs.NotFound, "Trust %s does not exist", spec.ID)
	}
	if status.Partner == nil || !status.LocalSide {
		e := errs.E(errs.Unavailable, "Trust %s is not made yet, so domain %s cannot be asked through it.", spec.ID, spec.Remote)
		if reason := trust.Reported(spec, status).Reason; reason != "" {
			e.Message += " " + reason
		}
		return trust.Way{}, e
	}
	way := trust.Way{Domain: spec.Remote, NetBIOSName: status.Partner.NetBIOSName}
	for _, answers := range []bool{true, false} { // those that answered last time first
		for _, dc := range status.Partner.DCs {
			if dc.Answered == answers {
				way.To = append(way.To, dc)
			}
		}
	}
	seen := store.DirectoryStatus.Peek(s.store, string(spec.Directory))
	for _, dc := range d.Value.Instances() {
		if st, ok := seen.DCByID(dc.DC.ID); ok && st.State == directory.DCActive && !dc.DC.Delete {
			way.From = append(way.From, dc)
		}
	}
	if len(way.From) == 0 {
		return trust.Way{}, errs.E(errs.Unavailable, "No domain controller of directory %s runs, so domain %s cannot be asked through trust %s.", d.Key, spec.Remote, spec.ID)
	}
	return way, nil
}
