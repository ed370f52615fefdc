// Package assessments carries out readiness assessments: it looks at another
// domain from each of our domain controllers and has package assessment judge
// what it saw.
//
// An assessment is one run, whose progress is in its status while it goes on.
// Nothing else is kept: a run that a restart cut off begins anew, since it
// changes nothing in the world. When it has ended it is never run again, and
// the sealed password that it was given goes in the transaction that says so.
//
// It reaches the world through Prober and Accounts, which cmd/entente joins to
// engine/probe and engine/ldap. It never imports an engine.
package assessments
