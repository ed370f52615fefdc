package service

import (
	"context"
	"time"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/trust"
)

// ExplainTrustInput names the trust to explain.
type ExplainTrustInput struct {
	TrustId string
}

// ExplainTrustOutput is everything that is known of a trust: its state, every
// condition in the order in which causes come before effects, the partner as
// it was found, and what was done.
type ExplainTrustOutput struct {
	TrustId               string
	DirectoryId           string
	DirectoryName         string
	DirectoryStage        string
	RemoteDomainName      string
	TrustDirection        string
	TrustType             string
	TrustState            string
	TrustStateReason      string
	TrustStateCause       string // what the reason is about, one of the conditions' causes
	StateSince            *time.Time
	NextAction            string // what a person is to do; "" when nothing
	NextLook              *time.Time
	Tries                 int32 // consecutive looks without change
	Conditions            []TrustCondition
	Ahead                 []string // types of the conditions that were not looked at yet, in their order
	Partner               *TrustPartner
	Verdicts              []TrustVerdict
	Steps                 []TrustStep
	ConditionalForwarder  *TrustForwarder
	LocalSideExists       bool
	PasswordKept          bool // the sealed trust password is still needed
	LastPasswordRollOver  *time.Time
	VerificationRequested bool // a VerifyTrust is not answered yet
	Applications          []TrustApplication
}

// TrustCondition is one fact about a trust.
type TrustCondition struct {
	Type    string
	Holds   bool
	Cause   string
	Message string
	Hint    string
	Since   *time.Time
	Tries   int32

	Missing  []TrustMissing // what the directory's own side lacks, where that is the cause
	Commands []string       // each adds some of it; Hint tells them too
}

// TrustMissing is a rule of the directory's security group, or a route of the
// directory, that would let through what is stopped now.
type TrustMissing struct {
	Kind            string // SecurityGroupRule or IpRoute
	DirectoryId     string
	SecurityGroupId string // of a rule
	Inbound         bool   // the rule is for what comes in
	IpProtocol      string // of a rule: tcp, udp, or -1 for all
	FromPort        int32  // of a rule with ports
	ToPort          int32
	CidrIp          string // of the partner's host
}

// TrustPartner is the other domain as it was found.
type TrustPartner struct {
	DnsName           string
	NetBiosName       string
	Forest            string
	Sid               string
	FoundAt           *time.Time
	DomainControllers []TrustPartnerDC
}

// TrustPartnerDC is a domain controller of the partner.
type TrustPartnerDC struct {
	HostName        string
	IpAddr          string
	PdcEmulator     bool
	Answered        bool
	Error           string
	ClockSkewMillis int64
}

// TrustVerdict is what one domain controller of ours says of the outgoing
// direction. The status fields are Win32 error codes; 0 is success.
type TrustVerdict struct {
	DomainControllerId string
	HostName           string
	At                 *time.Time
	Verified           bool
	Error              string
	PartnerHostName    string
	CallStatus         int64
	PasswordStatus     int64
	ChannelStatus      int64
}

// TrustStep is one line of a trust's history.
type TrustStep struct {
	At                 *time.Time
	Step               string
	DomainControllerId string // of the directory, that did it; "" where none did
	HostName           string
	TookMillis         int64
	Error              string
}

// TrustForwarder is the conditional forwarder that the trust is resolved by.
type TrustForwarder struct {
	RemoteDomainName string
	DnsIpAddrs       []string
	NotAppliedReason string
	Upstreams        []TrustUpstream
}

// TrustUpstream is how one DNS server answers one of our domain controllers.
type TrustUpstream struct {
	DomainControllerId string
	HostName           string
	IpAddr             string
	Healthy            bool
	Error              string
}

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
	d := store.Directories.Peek(s.store, string(spec.Directory))
	for _, dc := range d.DCs {
		for _, u := range status.Upstreams[dc.ID] {
			if u.Domain == best.RemoteDomain {
				out.Upstreams = append(out.Upstreams, TrustUpstream{
					DomainControllerId: string(dc.ID), HostName: dc.FQDN(d.Name), IpAddr: u.Address.String(), Healthy: u.Healthy, Error: u.Error,
				})
			}
		}
	}
	return out
}
