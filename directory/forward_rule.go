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
