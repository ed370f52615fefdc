package vpc

// what is what a rule allows, without its name, description and tags.
type what struct {
	egress   bool
	protocol Protocol
	from, to int
	peer     Peer
}

func (r Rule) what() what {
	return what{egress: r.Egress, protocol: r.Protocol, from: r.From, to: r.To, peer: r.Peer}
}

// Same reports whether two rules allow the same packets from or to the same
// peer. EC2 has no two such rules in one group.
func (r Rule) Same(other Rule) bool { return r.what() == other.what() }
