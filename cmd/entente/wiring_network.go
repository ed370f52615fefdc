package main

import (
	"fmt"

	"github.com/entente-ad/entente/engine/netns"
	"github.com/entente-ad/entente/internal/awsranges"
	"github.com/entente-ad/entente/reconcile"
	"github.com/entente-ad/entente/store"
)

// awsOwn reads AWS's own address ranges from a file that a newer list was made
// into, or gives the list that was built in.
func awsOwn(file string) (awsranges.List, error) {
	if file == "" {
		return awsranges.BuiltIn()
	}
	l, err := awsranges.Read(file)
	if err != nil {
		return l, fmt.Errorf("--aws-ip-ranges: %w", err)
	}
	return l, nil
}

// nudgeWhenAttached makes the loop of rules and routes look at a directory as
// soon as one of its domain controllers has got a network interface, which
// begins closed. The loop would come to it by itself, seconds later.
func nudgeWhenAttached(nets *netns.Engine, st *store.Store, rules *reconcile.Loop) {
	nets.OnAttach(func(dc string) {
		for o := range store.Directories.All(st) {
			for _, d := range o.Value.DCs {
				if string(d.ID) == dc {
					rules.Nudge(o.Key)
				}
			}
		}
	})
}
