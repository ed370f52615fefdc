package service

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/vpc"
)

// CreateMicrosoftAD writes a directory as wanted, with two domain controllers
// that have their names and addresses already. Everything else is the
// reconciler's.
func (s *Service) CreateMicrosoftAD(ctx context.Context, caller audit.Caller, in *directoryservice.CreateMicrosoftADInput) (*directoryservice.CreateMicrosoftADOutput, error) {
	spec, err := s.newDirectory(caller, in)
	if err != nil {
		return nil, err
	}
	admin := secret.New(val(in.Password))
	if err := directory.CheckAdminPassword(admin); err != nil {
		return nil, err
	}
	for range maxTries {
		_, err = s.decide(ctx, func(tx *store.Txn) error {
			if err := s.directoryQuota(caller); err != nil {
				return err
			}
			if err := s.checkNetwork(caller, in.VpcSettings); err != nil {
				return err
			}
			store.Directories.Counted(tx) // the quota, and room on this host
			s.expectVPC(tx, spec.VPC)
			if spec.DCs, err = s.placeDCs(spec, spec.Places()[0], directory.MinDCs); err != nil {
				return err
			}
			for _, c := range directory.Claims(spec) {
				tx.Claim(c.Key, c.Owner)
			}
			store.SecurityGroups.Put(tx, string(spec.SecurityGroup),
				vpc.NewControllersGroup(spec.SecurityGroup, spec.VPC, spec.Region, string(spec.ID), spec.CreatedAt, newRuleID), 0)
			store.Directories.Put(tx, string(spec.ID), spec, 0)
			tx.SetSecret(directory.SecretAdmin(spec.ID), admin)
			tx.SetSecret(directory.SecretAdministrator(spec.ID), servicePassword())
			s.audit(tx, caller, "CreateMicrosoftAD", string(spec.ID),
				"Name", string(spec.Name), "ShortName", string(spec.ShortName), "Edition", string(spec.Edition),
				"VpcId", string(spec.VPC), "SubnetIds", strings.Join(in.VpcSettings.SubnetIds, ","))
			return nil
		})
		if _, clash := takenBy(err, "dc-host/"); clash {
			continue // another random name next time
		}
		if _, clash := takenBy(err, "address/"); clash {
			continue // the cache has it now
		}
		break
	}
	if err != nil {
		return nil, nameTaken(err, spec)
	}
	return &directoryservice.CreateMicrosoftADOutput{DirectoryId: text(spec.ID)}, nil
}

// newDirectory checks what can be checked without looking, and builds the
// spec but for its domain controllers.
func (s *Service) newDirectory(caller audit.Caller, in *directoryservice.CreateMicrosoftADInput) (directory.Spec, error) {
	spec := directory.Spec{
		ID: directory.NewID(random5()), Account: caller.Account, Region: caller.Region,
		GivenName: val(in.Name), GivenShort: val(in.ShortName), Description: val(in.Description),
		Edition: directory.Edition(in.Edition), CreatedAt: s.now(), SecurityGroup: newGroupID(),
	}
	var err error
	if spec.Name, err = directory.ParseName(spec.GivenName); err != nil {
		return spec, err
	}
	short := spec.GivenShort
	if in.ShortName == nil {
		short = string(directory.DefaultNetBIOS(spec.Name))
	}
	if spec.ShortName, err = directory.ParseNetBIOS(short); err != nil {
		return spec, err
	}
	switch spec.Edition {
	case "":
		spec.Edition = directory.Enterprise
	case directory.Standard, directory.Enterprise:
	case directory.Edition(types.DirectoryEditionHybrid):
		return spec, errs.E(errs.Unsupported, "A directory of edition Hybrid cannot be created with CreateMicrosoftAD. Specify Standard or Enterprise.")
	default:
		return spec, errs.E(errs.Invalid, "Invalid edition. It must be Standard or Enterprise.")
	}
	if in.NetworkType != "" && in.NetworkType != types.NetworkTypeIpv4Only {
		return spec, errs.E(errs.Unsupported, "Network type %s is not supported: domain controllers have IPv4 addresses only. Leave NetworkType out or specify IPv4.", in.NetworkType)
	}
	if spec.Tags, err = newTags(in.Tags); err != nil {
		return spec, err
	}
	if len(spec.Tags) > s.cfg.Limits.Tags {
		return spec, errs.E(errs.TagLimit, "Tag limit exceeded")
	}
	if in.VpcSettings == nil {
		return spec, errs.E(errs.Invalid, "VpcSettings must be specified.")
	}
	spec.VPC = vpc.ID(val(in.VpcSettings.VpcId))
	for _, id := range in.VpcSettings.SubnetIds {
		spec.Subnets = append(spec.Subnets, vpc.SubnetID(id))
	}
	return spec, nil
}

// directoryQuota counts the caller's directories whose primary Region this is,
// those being deleted included: they still have their domain controllers.
func (s *Service) directoryQuota(caller audit.Caller) error {
	if n := s.countDirectories(caller); n >= s.cfg.Limits.Directories {
		return errs.E(errs.DirectoryLimit, "Directory limit exceeded. A maximum of %d directories may be created", s.cfg.Limits.Directories)
	}
	return nil
}

func (s *Service) countDirectories(caller audit.Caller) int {
	n := 0
	for o := range store.Directories.All(s.store) {
		if o.Value.Account == caller.Account && o.Value.Region == caller.Region {
			n++
		}
	}
	return n
}

// checkNetwork applies AWS's rule: exactly two subnets of one VPC of the
// caller's Region, in two availability zones.
func (s *Service) checkNetwork(caller audit.Caller, in *types.DirectoryVpcSettings) error {
	net, ok := store.VPCs.Get(s.store, val(in.VpcId))
	if !ok || net.Value.Region != caller.Region || net.Value.Delete {
		return errs.E(errs.Refused, "Invalid VPC ID.")
	}
	if reserved := vpc.Management(); net.Value.CIDR.Overlaps(reserved) {
		return errs.E(errs.Refused, "The VPC's range %s overlaps %s, where AWS's directories have their management network. Use a VPC with another range.", net.Value.CIDR, reserved)
	}
	notTwo := errs.E(errs.Invalid, "Invalid subnet ID(s). They must correspond to two subnets in different Availability Zones.")
	if len(in.SubnetIds) != 2 {
		return notTwo
	}
	var zones []string
	for _, id := range in.SubnetIds {
		i := slices.IndexFunc(net.Value.Subnets, func(n vpc.Subnet) bool { return string(n.ID) == id })
		if i < 0 {
			return notTwo
		}
		zones = append(zones, net.Value.Subnets[i].AZ)
	}
	if zones[0] == zones[1] {
		return errs.E(errs.Refused, "Invalid subnet ID(s). The two subnets must be in different Availability Zones.")
	}
	return s.roomOnHost(net.Value)
}

// nameTaken puts a name clash in words. AWS lets directories share names; here
// they do not, since two of them could never trust one another
// (docs/decisions).
func nameTaken(err error, spec directory.Spec) error {
	if owner, ok := takenBy(err, "directory-name/"); ok {
		return errs.E(errs.Invalid, "The directory name %s is in use by directory %s. Names of managed directories must differ, or they could never trust one another.", spec.Name, owner)
	}
	if owner, ok := takenBy(err, "directory-netbios/"); ok {
		return errs.E(errs.Invalid, "The directory short name (NetBIOS name) %s is in use by directory %s. Specify another one as ShortName: NetBIOS names of managed directories must differ, or they could never trust one another.", spec.ShortName, owner)
	}
	return classified(err)
}
