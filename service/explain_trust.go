package service

import (
	"context"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/trust"
)

// ExplainTrust says what is known of a trust, in the words that its state
// reason is made of.
func (s *Service) ExplainTrust(_ context.Context, caller audit.Caller, in *ExplainTrustInput) (*ExplainTrustOutput, error) {
	o, st, err := s.trustByID(caller, in.TrustId)
	if err != nil {
		return nil, err
	}
	r := trust.Reported(o.Value, st)
	out := &ExplainTrustOutput{
		TrustId: string(o.Value.ID), DirectoryId: string(o.Value.Directory), RemoteDomainName: o.Value.RemoteDomainName,
		TrustDirection: string(o.Value.Direction), TrustType: string(o.Value.Type),
		TrustState: string(r.State), TrustStateReason: r.Reason, StateSince: when(r.Since),
		NextLook: when(st.NextLook), Tries: int32(st.Tries),
		LocalSideExists: st.LocalSide, PasswordKept: st.Secret, LastPasswordRollOver: when(st.LastRoll),
		VerificationRequested: o.Value.VerifySerial > st.Answered,
		Conditions:            []TrustCondition{}, Ahead: explainAhead(o.Value, st), Verdicts: []TrustVerdict{}, Steps: []TrustStep{},
		Partner: explainPartner(st.Partner), ConditionalForwarder: s.explainForwarder(o.Value),
		Applications: trustApplications(o.Value.Direction),
	}
	if r.Reason != "" {
		out.TrustStateCause = string(st.Cause)
	}
	if d, ok := store.Directories.Get(s.store, string(o.Value.Directory)); ok {
		out.DirectoryName, out.DirectoryStage = d.Value.GivenName, string(s.join(caller, d).Stage)
	}
	if c, failed := condition.FirstFalse(st.Conditions); failed {
		out.NextAction = c.Hint
	}
	s.explainHistory(out, o.Value.Directory, st)
	return out, nil
}

// explainAhead says what is still to come before the trust is through.
func explainAhead(spec trust.Spec, st trust.Status) []string {
	list := []string{}
	for _, t := range trust.Ahead(spec, st) {
		list = append(list, string(t))
	}
	return list
}

func (s *Service) explainHistory(out *ExplainTrustOutput, id directory.ID, st trust.Status) {
	d := store.Directories.Peek(s.store, string(id))
	for _, c := range st.Conditions {
		out.Conditions = append(out.Conditions, TrustCondition{
			Type: string(c.Type), Holds: c.True, Cause: string(c.Cause), Message: c.Message, Hint: c.Hint,
			Since: when(c.Since), Tries: int32(c.Tries), Missing: explainMissing(c.Missing), Commands: append([]string{}, c.Commands...),
		})
	}
	for _, v := range st.Verdicts {
		out.Verdicts = append(out.Verdicts, TrustVerdict{
			DomainControllerId: string(v.DC), HostName: hostOf(d, v.DC), At: when(v.At), Verified: v.Error == "" && v.Result.OK(), Error: v.Error, PartnerHostName: v.Partner,
			CallStatus: int64(v.Result.Call), PasswordStatus: int64(v.Result.PDC), ChannelStatus: int64(v.Result.TC),
		})
	}
	for _, d := range st.Steps {
		out.Steps = append(out.Steps, TrustStep{
			At: when(d.At), Step: string(d.Step), DomainControllerId: string(d.DC), HostName: d.Host,
			TookMillis: d.Took.Milliseconds(), Error: d.Error,
		})
	}
}

func explainMissing(list []condition.Missing) []TrustMissing {
	out := []TrustMissing{}
	for _, m := range list {
		kind := "IpRoute"
		if m.Group != "" {
			kind = "SecurityGroupRule"
		}
		out = append(out, TrustMissing{
			Kind: kind, DirectoryId: m.Directory, SecurityGroupId: m.Group, Inbound: m.Inbound,
			IpProtocol: m.Protocol, FromPort: int32(m.From), ToPort: int32(m.To), CidrIp: m.CIDR,
		})
	}
	return out
}

// hostOf is the DNS name of a domain controller; "" when it is gone.
func hostOf(d directory.Spec, id directory.DCID) string {
	for _, dc := range d.DCs {
		if dc.ID == id {
			return dc.FQDN(d.Name)
		}
	}
	return ""
}

func explainPartner(p *trust.Partner) *TrustPartner {
	if p == nil {
		return nil
	}
	out := &TrustPartner{
		DnsName: string(p.DNSName), NetBiosName: string(p.NetBIOSName), Forest: string(p.Forest), Sid: p.SID,
		FoundAt: when(p.FoundAt), DomainControllers: []TrustPartnerDC{},
	}
	for _, dc := range p.DCs {
		out.DomainControllers = append(out.DomainControllers, TrustPartnerDC{
			HostName: dc.Host, IpAddr: dc.Address.String(), PdcEmulator: dc.PDC,
			Answered: dc.Answered, Error: dc.Error, ClockSkewMillis: dc.ClockSkew.Milliseconds(),
		})
	}
	return out
}

// explainForwarder finds the most specific conditional forwarder that serves
// the partner's name.
func (s *Service) explainForwarder(spec trust.Spec) *TrustForwarder {
	var best directory.Forwarder
	for o := range store.Forwarders.All(s.store) {
		f := o.Value
		if f.Directory == spec.Directory && !f.Delete && directory.Below(spec.Remote, f.RemoteDomain) && len(f.RemoteDomain) > len(best.RemoteDomain) {
			best = f
		}
	}
	if best.RemoteDomain == "" {
		return nil
	}
	status := store.ForwardersStatus.Peek(s.store, string(spec.Directory))
	out := &TrustForwarder{
		RemoteDomainName: string(best.RemoteDomain), DnsIpAddrs: addressTexts(best.Addresses),
		NotAppliedReason: status.Reason, Upstreams: []TrustUpstream{},
	}
	health := store.ForwarderHealth.Peek(s.store, best.Key())
	d := store.Directories.Peek(s.store, string(spec.Directory))
	for _, dc := range d.DCs {
		for _, u := range health.Servers[dc.ID] {
			out.Upstreams = append(out.Upstreams, TrustUpstream{
				DomainControllerId: string(dc.ID), HostName: dc.FQDN(d.Name), IpAddr: u.Address.String(), Healthy: u.Healthy, Error: u.Error,
			})
		}
	}
	return out
}
