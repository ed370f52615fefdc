package trust

import (
	"net/netip"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/sparing"
)

// Seen is the world as the reconciler saw it for one trust in one pass. It is
// the whole input of Next besides what is wanted and what became of it.
type Seen struct {
	Now  time.Time
	Ours Identity // our own domain

	DirectoryGone bool // our directory is deleted, or on its way

	ForwarderServers []netip.Addr // conditional forwarder for the partner's domain; none: no forwarder
	ForwarderPending bool         // the forwarder is not on every DC of ours yet

	Partner      *Partner        // the other domain, found in this pass; nil when not found
	PartnerFault *Fault          // why it was not found
	Squeeze      sparing.Squeeze // DeadSqueeze of all partners that do not answer
	PartnerSide  PartnerSide

	PortsTried bool          // in this pass
	Ports      []PortFinding // what came of it, and who stops what does not get through

	DCs      []SeenDC     // our DCs; the first one is the PDC emulator
	Password bool         // the sealed trust password is still kept
	NTLMOpen []string     // hosts of our DCs that can pass NTLM logons of the partner's users on
	Access   AccessStatus // what is in force of selective authentication in our directory

	PartnerManaged bool // the partner is a directory of ours, which tells its own winbindd

	HostClash *HostClash // another partner of ours has a DC of the same host name
	Former    *Mark      // what our DCs were shown of this partner before; nil means nothing
}

// PartnerSide is the partner's own trusted-domain object for us, as far as
// it tells strangers.
type PartnerSide struct {
	Asked bool // in this pass
	Known bool // it answered
	TDO   *TDO // nil, when Known: it holds none
}

// SeenDC is one of our domain controllers.
type SeenDC struct {
	ID      directory.DCID
	Host    string // FQDN
	Address netip.Addr
	Fault   *Fault          // why it cannot be asked; nil means that it answers
	TDO     *TDO            // its object for the partner; nil means it holds none
	Tried   map[Step]*Fault // steps done on it in this pass; nil means it went well
	Verdict *Verdict        // NETLOGON's answer in this pass
}

// Up reports whether the DC answers.
func (d SeenDC) Up() bool { return d.Fault == nil }

// tried reports whether step was done on d in this pass, and how it went.
func (d SeenDC) tried(s Step) (fault *Fault, done bool) {
	fault, done = d.Tried[s]
	return fault, done
}

// HostClash says that two partners have DCs of one host name: Samba keeps
// secure channels by host name alone (decision 15).
type HostClash struct {
	Host   string         // NetBIOS host name
	Domain directory.FQDN // the other partner
}

// Mark is what the winbindd of our DCs was shown of a partner since it
// started. It outlives the trust, because winbindd up to Samba 4.22 never
// forgets a trust that it has seen (decision 16).
type Mark struct {
	Direction Direction             `json:"Direction"`
	Type      Type                  `json:"Type"`
	SID       string                `json:"SID"`
	NetBIOS   directory.NetBIOSName `json:"NetBIOS"`
	Partner   Direction             `json:"Partner"` // of the partner's own side, as it was seen last; "" means never seen
}

// same reports whether our winbindd is shown the same trust.
func (m Mark) same(other Mark) bool {
	m.Partner = other.Partner
	return m == other
}

// theirs is the direction that the partner's winbindd was shown: as seen, or
// else the one that complements ours.
func (m Mark) theirs() Direction {
	if m.Partner != "" {
		return m.Partner
	}
	return m.Direction.Complement()
}

// Decision is what Next chose: work to do at once, or a wait.
type Decision struct {
	Status Status        // what is known now
	Work   []Work        // what to do now, each on its own DC and all at once; none means wait
	Save   bool          // Status must be in the store before Work begins
	Forget bool          // the sealed password has done its duty
	Wait   time.Duration // without Work: when to look again
	Done   bool          // deleting is over: the records may go
	Mark   *Mark         // what winbindd of our DCs was shown by now; nil before
}

// Work is a list of steps for one DC, done in that order up to the first that
// fails, apart from those that the next ones do not need.
type Work struct {
	DC    directory.DCID
	From  directory.DCID // for StepReplicate
	Steps []Step
}

// Optional reports whether the steps behind s are done even when s fails.
func (s Step) Optional() bool {
	switch s {
	case StepSetEncryptionTypes, StepShareNames, StepReloadConfig, StepRediscover, StepReplicate:
		return true
	default:
		return false
	}
}
