package trust

import (
	"slices"
	"time"

	"github.com/entente-ad/entente/directory"
)

// Access is what the selective authentication of all trusts of a directory
// comes to: one rule for the whole domain, since a domain controller can only
// ask one about each computer.
type Access struct {
	Selective []ID     `json:"Selective"` // trusts whose users get in only where they are allowed to
	Open      []string `json:"Open"`      // domain SIDs of partners whose users get in everywhere
}

// Enforced reports whether there is anything to enforce.
func (a Access) Enforced() bool { return len(a.Selective) > 0 }

// Restricts reports whether the users of that trust are kept out.
func (a Access) Restricts(id ID) bool { return slices.Contains(a.Selective, id) }

// Same reports whether both come to one rule.
func (a Access) Same(b Access) bool {
	return slices.Equal(a.Selective, b.Selective) && slices.Equal(a.Open, b.Open)
}

// Restricts reports whether the spec wants users of the partner to be kept
// out where they are not allowed. An incoming trust lets none in anyway.
func (s Spec) Restricts() bool { return s.SelectiveAuth && s.Direction.HasOutgoing() }

// ComposeAccess joins the trusts of one directory. One that is being deleted
// counts until it is gone: its users still get tickets.
func ComposeAccess(trusts []Spec, status func(ID) Status) Access {
	var a Access
	for _, t := range trusts {
		switch {
		case t.Restricts():
			a.Selective = append(a.Selective, t.ID)
		case t.Direction.HasOutgoing():
			if p := status(t.ID).Partner; p != nil && p.SID != "" {
				a.Open = append(a.Open, p.SID)
			}
		}
	}
	slices.Sort(a.Selective)
	slices.Sort(a.Open)
	a.Open = slices.Compact(a.Open)
	if !a.Enforced() {
		return Access{}
	}
	return a
}

// AccessStatus is what is in force of a directory's Access, by directory id.
// Only reconcile/selective writes it.
type AccessStatus struct {
	InForce Access           `json:"InForce"` // on every domain controller in DCs
	DCs     []directory.DCID `json:"DCs"`     // domain controllers that have it
	Targets int              `json:"Targets"` // computers and service accounts that ask
	Exempt  []string         `json:"Exempt"`  // accounts that do not, since they have a policy of the customer's own; at most 20
	Exempts int              `json:"Exempts"` // how many there are
	Reason  string           `json:"Reason"`  // why what is wanted is not in force; "" when it is
	At      time.Time        `json:"At"`      // when InForce or Targets last changed
}

// covers reports whether the access is as a trust wants it: its users are kept
// out or let in, as it says.
func (s AccessStatus) covers(t Spec) bool { return s.InForce.Restricts(t.ID) == t.Restricts() }
