package trust

import "time"

// Report is a trust's state as callers are told it.
type Report struct {
	State   State
	Reason  string    // "" when Verified or Created
	Since   time.Time // when State began
	Updated time.Time // when anything about the trust changed last
}

// Reported joins what is wanted with what became of it, so that a state flips
// before the call that caused it answers, whatever the reconciler has got to:
// a trust no longer wanted is Deleting, and one whose verification was asked
// for and is not answered yet is Verifying.
func Reported(spec Spec, status Status) Report {
	r := Report{State: status.State, Reason: status.StateReason, Since: status.StateSince, Updated: later(spec.UpdatedAt, status.UpdatedAt)}
	switch {
	case spec.Delete:
		if status.State != Deleting && status.State != Deleted {
			r.State, r.Reason, r.Since = Deleting, "", spec.UpdatedAt
		}
	case status.State == "":
		r.State, r.Reason, r.Since = Creating, "", spec.CreatedAt
	case spec.UpdateSerial > status.Updated && status.State != Creating:
		if status.State != Updating {
			r.State, r.Reason, r.Since = Updating, "", spec.UpdatedAt
		}
	case spec.VerifySerial > status.Answered && verifiable(status.State):
		r.State, r.Reason, r.Since = Verifying, "", spec.UpdatedAt
	}
	if r.State == Verified || r.State == Created {
		r.Reason = ""
	}
	if r.Since.IsZero() {
		r.Since = spec.CreatedAt
	}
	return r
}

// verifiable lists the states that VerifyTrust turns into Verifying. Failed is
// among them: what failed is looked at again, since its cause may be gone.
func verifiable(s State) bool {
	switch s {
	case Created, Verified, VerifyFailed, Verifying, Updated, UpdateFailed, Failed:
		return true
	default:
		return false
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
