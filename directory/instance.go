package directory

import "time"

// Instance is one domain controller in its domain: what an engine must know
// to run it.
type Instance struct {
	Directory ID
	Domain    FQDN
	ShortName NetBIOSName
	DC        DC
}

// Instances gives the domain controllers of spec, the first one first.
func (s Spec) Instances() []Instance {
	list := make([]Instance, 0, len(s.DCs))
	for _, dc := range s.DCs {
		list = append(list, Instance{Directory: s.ID, Domain: s.Name, ShortName: s.ShortName, DC: dc})
	}
	return list
}

// FQDN is the instance's DNS name.
func (i Instance) FQDN() string { return i.DC.FQDN(i.Domain) }

// ForwardRules is the complete set of conditional forwarders that a domain
// controller serves; Revision is the store revision that it was drawn from.
type ForwardRules struct {
	Revision int64
	Rules    []ForwardRule
}

// DCSeen is what is seen of a domain controller on its host at one moment.
type DCSeen struct {
	Running     bool          // its container is there and answers
	Provisioned bool          // it has a database: provisioned or joined, completely
	Processes   []ProcessSeen // what its container supervises; empty when not running
	LastLog     []string      // last lines of its log, oldest first
	LaunchTime  time.Time     // when its container started

	ForwardersRevision int64 // ForwardRules.Revision being served
}

// ProcessSeen is one supervised process of a domain controller.
type ProcessSeen struct {
	Name     string // "samba", "winbindd", "dnsforward"
	Running  bool
	Restarts int    // how often it was started again since the container started
	LastExit string // how it ended last, "" when it never did
}
