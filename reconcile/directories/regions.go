package directories

import (
	"context"
	"slices"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/store"
)

// change brings the domain controllers to those wanted, one step at a time:
// first those that are to go, then those that are to come. again is 0 when
// there is nothing to do at the moment.
func (w *run) change(ctx context.Context, looks []look, administrator secret.Text) (again time.Duration, err error) {
	if again, busy, err := w.underWay(ctx, stepChange); busy {
		return again, err
	}
	leaving, fresh := w.leaving(), w.fresh()
	if len(leaving) == 0 && len(fresh) == 0 && !w.emptyRegions() {
		return 0, w.doing(ctx, "")
	}
	hub, ok := w.hub(looks)
	if !ok {
		return whileUnwell, w.doing(ctx, "waiting for a domain controller that answers")
	}
	w.announce(leaving, fresh)
	var others []directory.Instance
	for _, l := range looks {
		if l.inst.DC.ID != hub.DC.ID && l.well() {
			others = append(others, l.inst)
		}
	}
	if len(leaving) > 0 || w.emptyRegions() {
		return w.shrink(ctx, hub, others, leaving, administrator)
	}
	return w.grow(ctx, hub, others, fresh, administrator)
}

// leaving are the domain controllers that are no longer wanted.
func (w *run) leaving() []directory.Instance {
	return slices.DeleteFunc(slices.Clone(w.insts), func(i directory.Instance) bool { return !i.DC.Delete })
}

// fresh are the domain controllers that are wanted and not yet part of the
// domain. One that failed is tried again from time to time.
func (w *run) fresh() []directory.Instance {
	return slices.DeleteFunc(slices.Clone(w.insts[1:]), func(i directory.Instance) bool {
		st, _ := w.status.DCByID(i.DC.ID)
		waits := st.State == directory.DCFailed && w.now.Before(w.memory.dc(i.DC.ID).notUntil)
		return i.DC.Delete || st.State.Up() || waits
	})
}

// emptyRegions reports whether a Region is to go whose domain controllers are
// gone already.
func (w *run) emptyRegions() bool {
	return slices.ContainsFunc(w.spec.Additional, func(r directory.Region) bool {
		return r.Delete && len(w.spec.DCsIn(r.Name)) == 0
	})
}

func (l look) well() bool { return l.seen.Running && l.seen.Provisioned && l.probe == nil }

// hub is the domain controller that others join and part from: the first one,
// which hands out RIDs, unless it has been gone for long.
func (w *run) hub(looks []look) (directory.Instance, bool) {
	for i, l := range looks {
		switch {
		case l.well():
			return l.inst, true
		case i == 0 && w.now.Sub(w.memory.dc(l.inst.DC.ID).since) < silentTooLong:
			return directory.Instance{}, false
		}
	}
	return directory.Instance{}, false
}

// announce says what is going on, for people who look.
func (w *run) announce(leaving, fresh []directory.Instance) {
	for _, inst := range leaving {
		w.setDC(inst, directory.DCDeleting, w.reasonOf(inst, directory.DCDeleting), directory.DCSeen{})
	}
	for _, inst := range fresh {
		w.setDC(inst, directory.DCCreating, w.reasonOf(inst, directory.DCCreating), directory.DCSeen{})
	}
	for _, r := range w.spec.Additional {
		st, _ := w.status.RegionByName(r.Name)
		switch {
		case r.Delete:
			w.setRegion(r.Name, directory.StageDeleting, st.Reason)
		case st.Stage == "" || st.Stage == directory.StageRequested || st.Stage == directory.StageFailed:
			w.setRegion(r.Name, directory.StageCreating, "")
		}
	}
}

// reasonOf keeps the reason of a domain controller that stays in a state.
func (w *run) reasonOf(inst directory.Instance, state directory.DCState) string {
	st, _ := w.status.DCByID(inst.DC.ID)
	if st.State != state {
		return ""
	}
	return st.Reason
}

// setRegion says where an additional Region has got to.
func (w *run) setRegion(name string, stage directory.Stage, reason string) {
	i := slices.IndexFunc(w.status.Regions, func(r directory.RegionStatus) bool { return r.Name == name })
	if i < 0 {
		w.status.Regions = append(w.status.Regions, directory.RegionStatus{Name: name})
		i = len(w.status.Regions) - 1
	}
	r := &w.status.Regions[i]
	if r.Stage != stage {
		w.log.Info("region stage", "directory", w.key, "region", name, "from", r.Stage, "to", stage, "reason", reason)
		r.Since = w.now
	}
	if stage == directory.StageActive && r.LaunchTime.IsZero() {
		r.LaunchTime = w.now
	}
	r.Stage, r.Reason = stage, reason
}

// judgeRegions says how each Region is, by its domain controllers that have
// been brought up.
func (w *run) judgeRegions(looks []look, well map[directory.DCID]bool) {
	for _, place := range w.spec.Places() {
		all, good := 0, 0
		for _, l := range looks {
			if w.spec.RegionOf(l.inst.DC) != place.Name {
				continue
			}
			all++
			if well[l.inst.DC.ID] {
				good++
			}
		}
		stage, reason := stageOf(all, good)
		if place.Name == w.spec.Region {
			if stage == directory.StageActive {
				stage, reason = w.wellStage()
			}
			w.setStage(stage, reason)
			continue
		}
		if st, _ := w.status.RegionByName(place.Name); st.Stage == directory.StageActive ||
			st.Stage == directory.StageImpaired || st.Stage == directory.StageInoperable {
			w.setRegion(place.Name, stage, reason)
		}
	}
}

func stageOf(all, well int) (directory.Stage, string) {
	switch well {
	case all:
		return directory.StageActive, ""
	case 0:
		return directory.StageInoperable, "None of the directory's domain controllers answers. They are being repaired."
	default:
		return directory.StageImpaired, "A domain controller does not answer. It is being repaired; the directory works by the others."
	}
}

// sites are the directory's Regions as AD sites: those that stay, and those
// that go.
func (w *run) sites() (wanted, gone []directory.Site) {
	for _, place := range w.spec.Places() {
		site := directory.Site{Region: place.Name}
		network, ok := store.VPCs.Get(w.store, string(place.VPC))
		if ok {
			site.Prefixes = append(site.Prefixes, network.Value.CIDR)
		}
		for _, id := range place.Subnets {
			if subnet, ok := network.Value.SubnetByID(id); ok && subnet.CIDR != network.Value.CIDR {
				site.Prefixes = append(site.Prefixes, subnet.CIDR)
			}
		}
		for _, dc := range w.spec.DCsIn(place.Name) {
			if st, _ := w.status.DCByID(dc.ID); st.State.Up() {
				site.Hosts = append(site.Hosts, dc.HostName)
			}
		}
		if place.Delete {
			gone = append(gone, site)
		} else {
			wanted = append(wanted, site)
		}
	}
	return wanted, gone
}

// joining is the long step that makes inst a further domain controller by way
// of from, in its Region's AD site.
func (w *run) joining(inst, from directory.Instance, ca, administrator secret.Text) func(context.Context) error {
	sites := w.sitesToMake()
	return func(ctx context.Context) error {
		return w.cfg.Engine.Join(ctx, inst, from, sites, ca, administrator)
	}
}

// sitesToMake are the AD sites that a domain controller needs before it joins:
// none in a directory of one Region, whose site is the default one.
func (w *run) sitesToMake() []directory.Site {
	if len(w.spec.Additional) == 0 {
		return nil
	}
	wanted, _ := w.sites()
	return wanted
}

// together does something for all at the same time and gives each one's error.
func together(insts []directory.Instance, do func(directory.Instance) error) map[directory.DCID]error {
	type result struct {
		id  directory.DCID
		err error
	}
	results := make(chan result, len(insts))
	for _, inst := range insts {
		go func() { results <- result{inst.DC.ID, do(inst)} }()
	}
	errs := map[directory.DCID]error{}
	for range insts {
		if r := <-results; r.err != nil {
			errs[r.id] = r.err
		}
	}
	return errs
}
