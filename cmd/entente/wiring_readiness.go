package main

import (
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/engine/netns"
	"github.com/entente-ad/entente/engine/probe"
)

// portProber tries ports from inside the network namespaces of our DCs.
func portProber(nets *netns.Engine) *probe.Prober {
	return probe.New(probe.Config{Dial: func(dc directory.DCID) probe.Dialer { return nets.Dial(string(dc)) }})
}
