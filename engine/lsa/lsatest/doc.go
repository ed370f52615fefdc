// Package lsatest is a set of forests in memory, and the suite that they and
// real domain controllers pass alike (Run), so that the imitation cannot
// drift. It behaves at the level of lsa.Conn and lsa.Discover, not on the
// wire, and returns the statuses that real servers return, among them the
// awkward ones: winbindd only ever adds to its list of trusts, and a cached
// secure channel outlives the trust that it was made for.
package lsatest
