package service

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/assessment"
	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/trust"
	"github.com/entente-ad/entente/vpc"
)

// StartADAssessment starts an assessment of every domain that a directory
// trusts or has a conditional forwarder for, or of the one domain that a
// configuration names, from the domain controllers in the VPC that it names.
func (s *Service) StartADAssessment(ctx context.Context, caller audit.Caller, in *directoryservice.StartADAssessmentInput) (*directoryservice.StartADAssessmentOutput, error) {
	if (in.DirectoryId == nil) == (in.AssessmentConfiguration == nil) {
		return nil, errs.E(errs.Invalid, "Exactly one of DirectoryId and AssessmentConfiguration must be specified.")
	}
	id, err := s.startAssessment(ctx, caller, "StartADAssessment", secret.Text{}, func() (assessment.Spec, error) {
		if in.DirectoryId != nil {
			return s.assessDirectory(caller, *in.DirectoryId)
		}
		return s.assessConfiguration(caller, *in.AssessmentConfiguration)
	})
	if err != nil {
		return nil, err
	}
	return &directoryservice.StartADAssessmentOutput{AssessmentId: text(id)}, nil
}

// startAssessment writes what build gives, within the quota.
func (s *Service) startAssessment(ctx context.Context, caller audit.Caller, operation string, password secret.Text, build func() (assessment.Spec, error)) (assessment.ID, error) {
	id := assessment.NewID(random9())
	_, err := s.decide(ctx, func(tx *store.Txn) error {
		spec, err := build()
		if err != nil {
			return err
		}
		if n := s.countAssessments(caller); n >= assessment.Limit {
			return errs.E(errs.AssessmentLimit, "There are %d assessments, which is as many as an account may have. Delete some of them with DeleteADAssessment.", n)
		}
		store.Assessments.Counted(tx)
		spec.ID, spec.Account, spec.Region, spec.CreatedAt = id, caller.Account, caller.Region, s.now()
		store.Assessments.Put(tx, string(id), spec, 0)
		if spec.User != "" {
			tx.SetSecret(assessment.SecretPassword(id), password)
		}
		names := make([]string, len(spec.Partners))
		for i, p := range spec.Partners {
			names[i] = string(p.Domain)
		}
		s.audit(tx, caller, operation, string(id), "DirectoryId", string(spec.Directory), "DnsName", strings.Join(names, ","), "UserName", spec.User)
		return nil
	})
	if err != nil {
		return "", classified(err)
	}
	return id, nil
}

func (s *Service) countAssessments(caller audit.Caller) int {
	n := 0
	for o := range store.Assessments.All(s.store) {
		if o.Value.Account == caller.Account {
			n++
		}
	}
	return n
}

// assessable finds a directory whose domain controllers can look.
func (s *Service) assessable(caller audit.Caller, id string) (found, error) {
	d, err := s.directoryByID(caller, id)
	if err != nil {
		return d, errs.E(errs.NoDirectory, "Directory %s does not exist", id)
	}
	if !d.usable() {
		return d, d.notUsable(errs.Refused)
	}
	return d, nil
}

// assessDirectory assesses all partners that a directory has.
func (s *Service) assessDirectory(caller audit.Caller, id string) (assessment.Spec, error) {
	d, err := s.assessable(caller, id)
	if err != nil {
		return assessment.Spec{}, err
	}
	spec := assessment.Spec{Directory: d.Value.ID}
	for o := range store.Trusts.All(s.store) {
		if t := o.Value; t.Directory == d.Value.ID && !t.Delete {
			spec.Partners = append(spec.Partners, s.partnerOf(d.Value, t.Remote))
		}
	}
	for o := range store.Forwarders.All(s.store) {
		f := o.Value
		covered := slices.ContainsFunc(spec.Partners, func(p assessment.Partner) bool { return directory.Below(p.Domain, f.RemoteDomain) })
		if f.Directory == d.Value.ID && !f.Delete && !covered {
			spec.Partners = append(spec.Partners, s.partnerOf(d.Value, f.RemoteDomain))
		}
	}
	if len(spec.Partners) == 0 {
		e := errs.E(errs.Refused, "Directory %s has neither a trust nor a conditional forwarder, so there is no domain to assess.", id)
		e.Hint = "Name one in AssessmentConfiguration, or with Entente's own StartTrustAssessment (entente trust check)."
		return spec, e
	}
	return spec, nil
}

// partnerOf is what the directory knows of a domain: its trust and its
// conditional forwarder.
func (s *Service) partnerOf(d directory.Spec, domain directory.FQDN) assessment.Partner {
	p := assessment.Partner{Domain: domain}
	if o, ok := store.Trusts.Get(s.store, s.store.Claimed(trust.ClaimPair(d.ID, domain))); ok && !o.Value.Delete {
		p.Trust, p.Type, p.Direction = o.Value.ID, o.Value.Type, o.Value.Direction
	}
	var best directory.FQDN
	for o := range store.Forwarders.All(s.store) {
		f := o.Value
		if f.Directory == d.ID && !f.Delete && directory.Below(domain, f.RemoteDomain) && len(f.RemoteDomain) > len(best) {
			best, p.Servers, p.Forwarder = f.RemoteDomain, f.Addresses, true
		}
	}
	return p
}

// assessConfiguration assesses the domain of a configuration from a directory
// that has domain controllers in its VPC: they are what looks, in place of
// AWS's managed instances, whose ids are kept and not used.
func (s *Service) assessConfiguration(caller audit.Caller, in types.AssessmentConfiguration) (assessment.Spec, error) {
	var network types.DirectoryVpcSettings
	if in.VpcSettings != nil {
		network = *in.VpcSettings
	}
	d, ok := s.directoryIn(caller, val(network.VpcId))
	if !ok {
		e := errs.E(errs.Refused, "No directory has domain controllers in VPC %s. An assessment looks from domain controllers, so that networks, routes and security groups are those of a later trust.", val(network.VpcId))
		e.Hint = "Create a directory in this VPC first, and name it instead."
		return assessment.Spec{}, e
	}
	if !d.usable() {
		return assessment.Spec{}, d.notUsable(errs.Refused)
	}
	spec := assessment.Spec{Directory: d.Value.ID, VPC: d.Place.VPC, Instances: in.InstanceIds}
	for _, id := range network.SubnetIds {
		i := slices.IndexFunc(d.Place.Subnets, func(n vpc.SubnetID) bool { return string(n) == id })
		if i < 0 {
			return spec, errs.E(errs.Refused, "Subnet %s has no domain controller of directory %s, which the assessment of VPC %s looks from.", id, d.Value.ID, val(network.VpcId))
		}
		spec.Subnets = append(spec.Subnets, d.Place.Subnets[i])
	}
	for _, id := range in.SecurityGroupIds {
		if id != string(d.Place.SecurityGroup) {
			return spec, errs.E(errs.Unsupported, "Security group %s cannot be used: domain controllers look with the rules of their own group, %s. Leave SecurityGroupIds out, or name that one.", id, d.Place.SecurityGroup)
		}
		spec.Groups = append(spec.Groups, d.Place.SecurityGroup)
	}
	p, err := s.assessed(d.Value, val(in.DnsName), in.CustomerDnsIps)
	spec.Partners = []assessment.Partner{p}
	return spec, err
}

// assessed is a domain that a caller names, with its DNS servers; without
// addresses those of the conditional forwarder.
func (s *Service) assessed(d directory.Spec, name string, servers []string) (assessment.Partner, error) {
	domain, err := trust.ParseRemote(name)
	if err != nil {
		return assessment.Partner{}, err
	}
	p := s.partnerOf(d, domain)
	if len(servers) == 0 && p.Forwarder {
		return p, nil
	}
	if p.Servers, err = directory.ParseForwarderAddresses(servers, d.DCs); err != nil {
		return p, err
	}
	return p, nil
}

// directoryIn finds a directory of the caller with domain controllers in a VPC.
func (s *Service) directoryIn(caller audit.Caller, id string) (found, bool) {
	var best found
	ok := false
	for o := range store.Directories.All(s.store) {
		d, err := s.directoryByID(caller, o.Key)
		if err == nil && string(d.Place.VPC) == id && (!ok || !best.usable() && d.usable()) {
			best, ok = d, true
		}
	}
	return best, ok
}
