package directory

import "net/netip"

// ForwardRule is one line of the complete rule set that a DC's DNS forwarder
// is handed: names in and below Domain are asked of Addresses, in their order.
// The most specific rule wins. Domain "" is the rule for everything else;
// without it such names are refused.
type ForwardRule struct {
	Domain    FQDN         // normalised, no trailing dot
	Addresses []netip.Addr // one to MaxForwarderAddresses, port 53
	Cache     bool         // answers may be kept for their time to live
}

// EDEServerAnswered is the info code of the Extended DNS Error by which a
// domain controller's forwarder says that a server of the domain did answer,
// with the failure that it passes on, and that the failure is not its own. RFC
// 8914 5.2 leaves 49152 and above to private use.
const EDEServerAnswered uint16 = 49152
