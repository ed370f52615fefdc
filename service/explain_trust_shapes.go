package service

import "time"

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
