package assessment

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/trust"
)

// Ours is what is known of our own side.
type Ours struct {
	trust.Identity
	Hosts  []Host         // our domain controllers
	Ranges []netip.Prefix // of the VPCs that they are in
	Others []Other        // partners of the directory's other trusts
	Taken  string         // an account of ours that the trust's account would collide with; "" means none
}

// Host is one of our domain controllers.
type Host struct {
	ID   directory.DCID
	FQDN string
}

// Other is the partner of another trust of the directory.
type Other struct {
	trust.Identity
	Hosts []string // NetBIOS names of its domain controllers
}

// Case is everything that is judged together: one partner, as our domain
// controllers see it.
type Case struct {
	Ours     Ours
	Partner  Partner
	Answers  map[directory.DCID][]Answer            // what DNS said to each of our domain controllers
	Ports    []trust.PortFinding                    // of every port that was tried, those that answer too
	Looks    map[netip.Addr]map[directory.DCID]Look // by the partner's domain controller
	Hosts    map[netip.Addr]string                  // names of the partner's domain controllers
	Accounts *Accounts
}

// ok is a validation that found what it should.
func ok(category, name, reason string, args ...any) Validation {
	return Validation{Category: category, Name: name, State: Success, Code: "OK", Reason: fmt.Sprintf(reason, args...)}
}

// bad is a validation that found a fault.
func bad(category, name, code, reason string, args ...any) Validation {
	return Validation{Category: category, Name: name, State: Failed, Code: code, Reason: fmt.Sprintf(reason, args...)}
}

// Waiting is the line of a check that is still running.
func Waiting(category, name string, since time.Time) Validation {
	return Validation{Category: category, Name: name, State: InProgress, Code: "Running", Reason: "The check is running.", Start: since, End: since}
}

// Dated gives every validation its times.
func Dated(list []Validation, start, end time.Time) []Validation {
	for i := range list {
		list[i].Start, list[i].End = start, end
	}
	return list
}

// list joins names: "a", "a and b", "a, b and c".
func list(names []string) string {
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// Finish draws the whole from what was counted. left says of how many addresses
// the reports had no room.
func Finish(t Tally, left int) (state State, code, reason string) {
	total, unseen := t.Succeeded+t.Failed, ""
	if t.Unseen != "" {
		unseen = " Accounts were not looked at: " + t.Unseen
	}
	if left > 0 {
		unseen += fmt.Sprintf(" The reports of %d addresses have no room here; assess their domains one by one.", left)
	}
	if t.Failed == 0 {
		return Success, "Ready", fmt.Sprintf("All %d validations succeeded.%s", total, unseen)
	}
	return Failed, "NotReady", fmt.Sprintf("%d of %d validations failed: %s.%s", t.Failed, total, strings.Join(t.Names, "; "), unseen)
}
