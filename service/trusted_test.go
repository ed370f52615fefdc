package service_test

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/service"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/trust"
	"github.com/entente-ad/entente/vpc"
)

// partners are trusted domains in memory, with users 0000, 0001 and so on.
type partners struct {
	users int
	fails error
	way   trust.Way // of the last call
}

func (p *partners) Users(_ context.Context, way trust.Way, q trust.Lookup) (users []trust.User, next string, err error) {
	p.way = way
	if p.fails != nil {
		return nil, "", p.fails
	}
	for i := range p.users {
		name := fmt.Sprintf("%04d", i)
		if name <= q.After || !strings.Contains(name, q.Search) {
			continue
		}
		if len(users) == q.Limit {
			return users, users[len(users)-1].Name, nil
		}
		users = append(users, trust.User{Name: name, Enabled: true})
	}
	return users, "", nil
}

func (p *partners) Groups(context.Context, trust.Way, trust.Lookup) ([]trust.Group, string, error) {
	return []trust.Group{{Name: "staff", Scope: "Global", Kind: "Security"}}, "", nil
}

func (p *partners) Members(_ context.Context, _ trust.Way, group string, recursive bool, _ trust.Lookup) ([]trust.Member, string, error) {
	return []trust.Member{{Class: "User", Name: fmt.Sprint(group, recursive)}}, "more", nil
}

func (p *partners) Memberships(_ context.Context, _ trust.Way, user string) (trust.User, []trust.Membership, error) {
	return trust.User{Name: user}, []trust.Membership{{Group: trust.Group{Name: "staff"}, Direct: true}}, nil
}

// peopled is a rig with a two-way trust whose partner was found.
func peopled(t *testing.T, p *partners) (*rig, directory.ID, trust.ID) {
	t.Helper()
	r := newRig(t, func(c *service.Config) { c.Trusted = p })
	id := r.active("ours.test")
	tr := r.trust(id, "corp.example.com")
	put(r, store.TrustStatus, string(tr), trust.Status{LocalSide: true, Partner: &trust.Partner{
		Identity: trust.Identity{NetBIOSName: "PARTNER"},
		DCs: []trust.PartnerDC{
			{Host: "silent.corp.example.com", Address: netip.MustParseAddr("192.0.2.1")},
			{Host: "dc.corp.example.com", Address: netip.MustParseAddr("192.0.2.2"), Answered: true},
		},
	}})
	return r, id, tr
}

func TestTrustedUsersComePageByPage(t *testing.T) {
	p := &partners{users: 2345}
	r, id, tr := peopled(t, p)
	spec := store.Directories.Peek(r.store, string(id))
	r.stage(id, directory.StageImpaired, directory.DCFailed, directory.DCActive)
	var names []string
	for token, pages := "", 0; ; pages++ {
		out := must(r.ListTrustedUsers(t.Context(), caller, &service.ListTrustedUsersInput{TrustId: string(tr), Limit: 1000, NextToken: token}))(t)
		for _, u := range out.Users {
			names = append(names, u.UserName)
			if u.LogonName != `PARTNER\`+u.UserName {
				t.Errorf("logon name %q", u.LogonName)
			}
		}
		if token = out.NextToken; token == "" {
			break
		}
		if pages > 3 {
			t.Fatal("there is no end")
		}
	}
	if len(names) != 2345 || !slices.IsSorted(names) || len(slices.Compact(names)) != 2345 {
		t.Errorf("%d users", len(names))
	}
	// From the domain controller that runs, to the one that answers first.
	if len(p.way.From) != 1 || p.way.From[0].DC.ID != spec.DCs[1].ID || p.way.To[0].Host != "dc.corp.example.com" || len(p.way.To) != 2 {
		t.Errorf("way %+v", p.way)
	}
}

func TestLooksThroughATrustAreRefused(t *testing.T) {
	r, id, tr := peopled(t, &partners{users: 10})
	oneWay := must(r.CreateTrust(t.Context(), caller, &directoryservice.CreateTrustInput{
		DirectoryId: new(string(id)), RemoteDomainName: new("oneway.example.com"), TrustPassword: new(password), TrustDirection: types.TrustDirectionOneWayOutgoing,
	}))(t).TrustId
	fresh := r.trust(id, "fresh.example.com")
	token := must(r.ListTrustedUsers(t.Context(), caller, &service.ListTrustedUsersInput{TrustId: string(tr), Limit: 3}))(t).NextToken
	members := must(r.ListTrustedGroupMembers(t.Context(), caller, &service.ListTrustedGroupMembersInput{TrustId: string(tr), GroupName: "a"}))(t).NextToken
	type users = service.ListTrustedUsersInput
	list := func(in users) func() error {
		return func() error { return second(r.ListTrustedUsers(t.Context(), caller, &in)) }
	}
	elsewhere := caller
	elsewhere.Account = "111111111111"
	for name, tt := range map[string]struct {
		call func() error
		kind errs.Kind
		word string
	}{
		"one-way":           {list(users{TrustId: *oneWay}), errs.Unsupported, "two-way trust"},
		"not made yet":      {list(users{TrustId: string(fresh)}), errs.Unavailable, "not made yet"},
		"no trust":          {list(users{TrustId: "t-0000000000"}), errs.NotFound, "t-0000000000"},
		"limit":             {list(users{TrustId: string(tr), Limit: 1001}), errs.Invalid, "1000"},
		"negative":          {list(users{TrustId: string(tr), Limit: -1}), errs.Invalid, "Limit"},
		"long search":       {list(users{TrustId: string(tr), Search: strings.Repeat("x", 257)}), errs.Invalid, "256"},
		"broken text":       {list(users{TrustId: string(tr), Search: "\xff"}), errs.Invalid, "valid text"},
		"made-up token":     {list(users{TrustId: string(tr), NextToken: "AAAA"}), errs.InvalidNextToken, "NextToken"},
		"another search":    {list(users{TrustId: string(tr), NextToken: token, Search: "1"}), errs.InvalidNextToken, "NextToken"},
		"another operation": {list(users{TrustId: string(tr), NextToken: members}), errs.InvalidNextToken, "NextToken"},
		"another group": {func() error {
			return second(r.ListTrustedGroupMembers(t.Context(), caller, &service.ListTrustedGroupMembersInput{TrustId: string(tr), GroupName: "b", NextToken: members}))
		}, errs.InvalidNextToken, "NextToken"},
		"no group": {func() error {
			return second(r.ListTrustedGroupMembers(t.Context(), caller, &service.ListTrustedGroupMembersInput{TrustId: string(tr)}))
		}, errs.Invalid, "GroupName"},
		"no user": {func() error {
			return second(r.DescribeTrustedUser(t.Context(), caller, &service.DescribeTrustedUserInput{TrustId: string(tr)}))
		}, errs.Invalid, "UserName"},
		"somebody else's": {func() error {
			return second(r.ListTrustedGroups(t.Context(), elsewhere, &service.ListTrustedGroupsInput{TrustId: string(tr)}))
		}, errs.NotFound, string(tr)},
	} {
		if err := tt.call(); !errs.Is(err, tt.kind) || !strings.Contains(err.Error(), tt.word) {
			t.Errorf("%s: %v", name, err)
		}
	}
	r.stage(id, directory.StageInoperable, directory.DCFailed, directory.DCFailed)
	if err := list(users{TrustId: string(tr)})(); !errs.Is(err, errs.Unavailable) || !strings.Contains(err.Error(), "No domain controller") {
		t.Errorf("none runs: %v", err)
	}
}

// TestALookThatOurOwnSideStopsSaysSo: the partner is not to blame.
func TestALookThatOurOwnSideStopsSaysSo(t *testing.T) {
	p := &partners{fails: errs.E(errs.Unavailable, "From domain controller dc-1: there was no answer in time.")}
	r, id, tr := peopled(t, p)
	look := func() string {
		_, err := r.ListTrustedUsers(t.Context(), caller, &service.ListTrustedUsersInput{TrustId: string(tr)})
		return fmt.Sprint(err)
	}
	wall := func(routes []netip.Prefix, egress ...vpc.Accept) {
		for _, dc := range store.Directories.Peek(r.store, string(id)).DCs {
			put(r, store.InterfaceStatus, string(dc.ID), vpc.InterfaceStatus{DC: string(dc.ID), Routes: routes, Filter: vpc.Filter{Egress: egress}})
		}
	}
	public := []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
	wall(nil)
	if got := look(); !strings.Contains(got, "no answer in time") || !strings.Contains(got, "no route to 192.0.2.2 (dc.corp.example.com): add one with AddIpRoutes.") {
		t.Error(got)
	}
	wall(public)
	if got := look(); !strings.Contains(got, "lets nothing out to 192.0.2.2 (dc.corp.example.com) on TCP 88") {
		t.Error(got)
	}
}

func TestApplicationsOfATrust(t *testing.T) {
	r, _, tr := peopled(t, &partners{})
	out := must(r.ListTrustApplications(t.Context(), caller, &service.ListTrustApplicationsInput{TrustId: string(tr)}))(t)
	explained := must(r.ExplainTrust(t.Context(), caller, &service.ExplainTrustInput{TrustId: string(tr)}))(t)
	if out.TrustDirection != "Two-Way" || len(out.Applications) != 11 || !slices.Equal(out.Applications, explained.Applications) {
		t.Errorf("%+v", out)
	}
}
