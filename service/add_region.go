package service

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/vpc"
)

// AddRegion replicates a directory to another Region: two more domain
// controllers in that Region's VPC, in a security group of their own. Written
// is what is wanted; the Region's status is Requested from here on, and Active
// when what is written in one Region has been seen in every other.
func (s *Service) AddRegion(ctx context.Context, caller audit.Caller, in *directoryservice.AddRegionInput) (*directoryservice.AddRegionOutput, error) {
	id, region := val(in.DirectoryId), val(in.RegionName)
	err := s.withNewDCs(func() error {
		_, err := s.decide(ctx, func(tx *store.Txn) error {
			d, err := s.replicated(caller, id)
			if err == nil {
				err = d.primaryOnly(caller, errs.Unsupported)
			}
			if err == nil {
				err = s.mayAdd(d, region)
			}
			if err != nil {
				return err
			}
			place, err := s.newPlace(caller, d, region, in.VPCSettings)
			if err != nil {
				return err
			}
			dcs, err := s.placeDCs(d.Value, place, directory.MinDCs)
			if err != nil {
				return err
			}
			store.Directories.Counted(tx) // room on this host
			s.expectVPC(tx, place.VPC)
			group := vpc.NewControllersGroup(place.SecurityGroup, place.VPC, region, id, place.AddedAt, newRuleID)
			store.SecurityGroups.Put(tx, string(group.ID), group, 0)
			d.Value.Additional = append(slices.Clone(d.Value.Additional), place)
			s.addDCs(tx, &d.Value, dcs)
			store.Directories.Put(tx, id, d.Value, d.Revision)
			s.audit(tx, caller, "AddRegion", id, "RegionName", region,
				"VpcId", string(place.VPC), "SubnetIds", strings.Join(in.VPCSettings.SubnetIds, ","))
			return nil
		})
		return err
	})
	if err != nil {
		return nil, classified(err)
	}
	return &directoryservice.AddRegionOutput{}, nil
}

// replicated finds a directory that may have additional Regions: of Enterprise
// edition, and by the error name that these operations have for none.
func (s *Service) replicated(caller audit.Caller, id string) (found, error) {
	d, err := s.directoryByID(caller, id)
	if err != nil {
		return d, errs.E(errs.NoDirectory, "Directory %s does not exist", id)
	}
	if d.Value.Edition != directory.Enterprise {
		return d, errs.E(errs.Unsupported, "Multi-region replication is only supported for AWS Managed Microsoft AD (Enterprise edition) directories.")
	}
	return d, nil
}

// mayAdd applies the rules about a further Region that need no network.
func (s *Service) mayAdd(d found, region string) error {
	_, already := d.Value.Place(region)
	switch {
	case !vpc.ValidRegion(region):
		return errs.E(errs.Invalid, "\"%s\" is not the name of a Region.", region)
	case already:
		return errs.E(errs.AlreadyInRegion, "Directory %s is already in Region %s.", d.Key, region)
	case !d.usable():
		return d.notUsable(errs.Unavailable)
	case 1+len(d.Value.Additional) >= directory.MaxRegions:
		return errs.E(errs.RegionLimit, "Region limit exceeded. A directory may be in a maximum of %d Regions, its primary one included.", directory.MaxRegions)
	}
	return nil
}

// newPlace checks the network of a new Region, by the rules of
// CreateMicrosoftAD, and that its range overlaps no other Region's: domain
// controllers of all Regions must reach one another.
func (s *Service) newPlace(caller audit.Caller, d found, region string, in *types.DirectoryVpcSettings) (directory.Region, error) {
	if in == nil {
		return directory.Region{}, errs.E(errs.Invalid, "VPCSettings must be specified.")
	}
	place := directory.Region{
		Name: region, VPC: vpc.ID(val(in.VpcId)), SecurityGroup: vpc.GroupID("sg-" + hex17()), AddedAt: s.now(),
	}
	for _, id := range in.SubnetIds {
		place.Subnets = append(place.Subnets, vpc.SubnetID(id))
	}
	if err := s.apart(d.Value, place); err != nil {
		return place, err
	}
	there := caller
	there.Region = region
	return place, s.checkNetwork(there, in)
}

// apart refuses a VPC whose range overlaps that of another Region of the
// directory.
func (s *Service) apart(d directory.Spec, place directory.Region) error {
	own := store.VPCs.Peek(s.store, string(place.VPC))
	if own.Region != place.Name {
		return nil // it is refused for that
	}
	for _, other := range d.Places() {
		if r := s.rangeOf(other.VPC); r.Overlaps(own.CIDR) {
			return errs.E(errs.Invalid, "The range %s of %s overlaps the range %s of %s, in which the directory is in Region %s. The VPC ranges of all Regions of a directory must not overlap.",
				own.CIDR, place.VPC, r, other.VPC, other.Name)
		}
	}
	return nil
}

func (s *Service) rangeOf(id vpc.ID) netip.Prefix { return store.VPCs.Peek(s.store, string(id)).CIDR }

// addDCs adds domain controllers to what is wanted, and claims what is theirs
// alone.
func (s *Service) addDCs(tx *store.Txn, d *directory.Spec, dcs []directory.DC) {
	for _, dc := range dcs {
		for _, c := range dc.Claims() {
			tx.Claim(c.Key, c.Owner)
		}
	}
	d.DCs = append(slices.Clone(d.DCs), dcs...)
}

// withNewDCs repeats a decision that chooses names and addresses for domain
// controllers when somebody else was faster to take one.
func (s *Service) withNewDCs(decide func() error) error {
	var err error
	for range maxTries {
		err = decide()
		_, host := takenBy(err, "dc-host/")
		_, address := takenBy(err, "address/")
		if !host && !address {
			break
		}
	}
	return err
}

func newRuleID() vpc.RuleID { return vpc.RuleID("sgr-" + hex17()) }
