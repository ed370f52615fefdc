package assessments

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/entente-ad/entente/assessment"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/reconcile"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/trust"
)

// run is the look at one partner of one assessment.
type run struct {
	r        *Reconciler
	spec     assessment.Spec
	key      string
	revision int64 // of the status
	status   assessment.Status

	directory directory.Spec
	sid       string
	from      []directory.Instance // our domain controllers that work
}

// errGone says that the assessment was deleted meanwhile.
var errGone = errors.New("the assessment was deleted")

// step looks at the next partner, and ends the assessment after the last one.
// That a look begins is written first: one that is cut off every time, by a
// crash that it may have caused, is not made for ever.
func (r *run) step(ctx context.Context) error {
	now := r.r.cfg.Now()
	if r.status.State == "" {
		r.status.StartedAt = now
	}
	r.status.State, r.status.Code, r.status.Reason = assessment.InProgress, "Running", "The assessment is running."
	if why := r.enlist(); why != "" {
		return r.end(ctx, assessment.Failed, "DirectoryNotActive", why)
	}
	if r.status.Looked >= len(r.spec.Partners) {
		return r.finish(ctx)
	}
	partner := r.spec.Partners[r.status.Looked]
	if r.status.Tries >= maxTries {
		why := fmt.Sprintf("The look at %s was cut off %d times, by an end of the server or an error of its own, and is not made again. What stands here was found before; start a new assessment.", partner.Domain, r.status.Tries)
		found := r.status.Reports[min(r.status.Settled, len(r.status.Reports)):]
		return r.settle(ctx, noted(assessment.Cut(found, "NotFinished", why), partner, "NotFinished", why, now), nil)
	}
	r.status.Tries++
	look := &partnerLook{run: r, partner: partner, before: r.status.Reports[:min(r.status.Settled, len(r.status.Reports))]}
	var reports []assessment.Report
	var seen *assessment.Accounts
	err := reconcile.Wait(ctx, func() (err error) {
		reports, seen, err = look.do(ctx)
		return err
	})
	if err != nil {
		return err
	}
	return r.settle(ctx, reports, seen)
}

// settle files what was found of one partner, and ends the assessment with the
// last one.
func (r *run) settle(ctx context.Context, reports []assessment.Report, seen *assessment.Accounts) error {
	r.status.Tally.Add(reports, seen)
	all := append(slices.Clone(r.status.Reports[:min(r.status.Settled, len(r.status.Reports))]), reports...)
	kept, left := assessment.Fit(all, assessment.MaxSize)
	r.status.Reports, r.status.Settled, r.status.Left = kept, len(kept), r.status.Left+left
	r.status.Looked, r.status.Tries = r.status.Looked+1, 0
	if r.status.Looked < len(r.spec.Partners) {
		return r.save(ctx)
	}
	return r.finish(ctx)
}

func (r *run) finish(ctx context.Context) error {
	state, code, reason := assessment.Finish(r.status.Tally, r.status.Left)
	return r.end(ctx, state, code, reason)
}

// noted adds a line to the first report that says why they are not whole; where
// there is none the partner's first server has one.
func noted(reports []assessment.Report, partner assessment.Partner, code, why string, now time.Time) []assessment.Report {
	line := assessment.Validation{Category: assessment.CategoryPorts, Name: "The look at the domain", State: assessment.Failed, Code: code, Reason: why, Start: now, End: now}
	if len(reports) == 0 {
		var first netip.Addr
		if len(partner.Servers) > 0 {
			first = partner.Servers[0]
		}
		return []assessment.Report{{Address: first, Validations: []assessment.Validation{line}}}
	}
	reports[0].Validations = append(slices.Clone(reports[0].Validations), line)
	return reports
}

// enlist finds the domain controllers to look from; why says in a sentence why
// there is none.
func (r *run) enlist() (why string) {
	s := r.r.cfg.Store
	dir, ok := store.Directories.Get(s, string(r.spec.Directory))
	if !ok || dir.Value.Delete {
		return fmt.Sprintf("Directory %s was deleted, so nobody is there to look from.", r.spec.Directory)
	}
	status := store.DirectoryStatus.Peek(s, string(r.spec.Directory))
	r.directory, r.sid = dir.Value, status.DomainSID
	for _, i := range dir.Value.Instances() {
		if st, known := status.DCByID(i.DC.ID); known && st.State == directory.DCActive && !i.DC.Delete {
			r.from = append(r.from, i)
		}
	}
	if len(r.from) == 0 {
		return fmt.Sprintf("No domain controller of directory %s answers, so nobody is there to look from. Start a new assessment when it is Active.", r.spec.Directory)
	}
	return ""
}

// save stores how far the run is.
func (r *run) save(ctx context.Context) error {
	r.status.UpdatedAt = r.r.cfg.Now()
	return r.commit(ctx, nil)
}

// end stores the result and forgets the password.
func (r *run) end(ctx context.Context, state assessment.State, code, reason string) error {
	r.status.State, r.status.Code, r.status.Reason = state, code, reason
	r.status.UpdatedAt = r.r.cfg.Now()
	return r.commit(ctx, func(tx *store.Txn) { tx.DropSecret(assessment.SecretPassword(r.spec.ID)) })
}

func (r *run) commit(ctx context.Context, more func(*store.Txn)) error {
	if _, ok := store.Assessments.Get(r.r.cfg.Store, r.key); !ok {
		return errGone
	}
	tx := r.r.cfg.Store.Begin()
	store.AssessmentStatus.Put(tx, r.key, r.status, r.revision)
	if more != nil {
		more(tx)
	}
	rev, err := tx.Commit(ctx)
	if err != nil {
		return fmt.Errorf("cannot write the status of assessment %s: %w", r.key, err)
	}
	r.revision = rev
	return nil
}

// password unseals the account's password.
func (r *run) password(ctx context.Context) (secret.Text, error) {
	password, _, err := r.r.cfg.Store.Secret(ctx, assessment.SecretPassword(r.spec.ID))
	return password, err
}

// ours is what is known of our own side.
func (r *run) ours() assessment.Ours {
	s := r.r.cfg.Store
	ours := assessment.Ours{Identity: trust.Identity{
		DNSName: r.directory.Name, NetBIOSName: r.directory.ShortName, Forest: r.directory.Name, SID: r.sid,
	}}
	for _, i := range r.from {
		ours.Hosts = append(ours.Hosts, assessment.Host{ID: i.DC.ID, FQDN: i.FQDN()})
	}
	for _, place := range r.directory.Places() {
		if v, ok := store.VPCs.Get(s, string(place.VPC)); ok && v.Value.CIDR.IsValid() {
			ours.Ranges = append(ours.Ranges, v.Value.CIDR)
		}
	}
	for o := range store.Trusts.All(s) {
		if o.Value.Directory != r.directory.ID || o.Value.Delete {
			continue
		}
		st := store.TrustStatus.Peek(s, o.Key)
		if st.Partner == nil {
			continue
		}
		other := assessment.Other{Identity: st.Partner.Identity}
		for _, dc := range st.Partner.DCs {
			other.Hosts = append(other.Hosts, trust.HostName(dc))
		}
		ours.Others = append(ours.Others, other)
	}
	return ours
}

// walls is what stands around each of our domain controllers.
func (r *run) walls() map[directory.DCID]trust.Wall {
	walls := map[directory.DCID]trust.Wall{}
	for _, i := range r.from {
		o, ok := store.InterfaceStatus.Get(r.r.cfg.Store, string(i.DC.ID))
		walls[i.DC.ID] = trust.WallOf(r.directory, i.DC, o.Value, ok)
	}
	return walls
}

// each does something from every domain controller of ours at once.
func (r *run) each(f func(i int, from directory.Instance)) {
	var group sync.WaitGroup
	for i, from := range r.from {
		group.Go(func() { f(i, from) })
	}
	group.Wait()
}

// reportsOf turns validations by address into reports, in the order given.
func reportsOf(order []netip.Addr, hosts map[netip.Addr]string, by map[netip.Addr][]assessment.Validation) []assessment.Report {
	var list []assessment.Report
	for _, a := range order {
		if !slices.ContainsFunc(list, func(r assessment.Report) bool { return r.Address == a }) {
			list = append(list, assessment.Report{Address: a, Host: hosts[a], Validations: by[a]})
		}
	}
	return list
}

// since dates a batch of validations that begins now.
func (r *run) since() time.Time { return r.r.cfg.Now() }
