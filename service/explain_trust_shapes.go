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
	TrustId               string `jsonschema:"required"`
	DirectoryId           string `jsonschema:"required"`
	DirectoryName         string `jsonschema:"required"`
	DirectoryStage        string
	RemoteDomainName      string `jsonschema:"required"`
	TrustDirection        string `jsonschema:"required,enum=Two-Way,enum=One-Way: Outgoing,enum=One-Way: Incoming"`
	TrustType             string `jsonschema:"required,enum=Forest,enum=External"`
	TrustState            string `jsonschema:"required"`
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
	Type    string `jsonschema:"required"`
	Holds   bool
	Cause   string `jsonschema:"required"`
	Message string `jsonschema:"required"`
	Hint    string `jsonschema:"required"`
	Since   *time.Time
	Tries   int32

	Missing  []TrustMissing `jsonschema:"required"` // what the directory's own side lacks, where that is the cause
	Commands []string       `jsonschema:"required"` // each adds some of it; Hint tells them too
}

// TrustMissing is a rule of the directory's security group, or a route of the
// directory, that would let through what is stopped now.
type TrustMissing struct {
	Kind            string `jsonschema:"required,enum=SecurityGroupRule,enum=IpRoute"` // SecurityGroupRule or IpRoute
	DirectoryId     string `jsonschema:"required"`
	SecurityGroupId string `jsonschema:"required"` // of a rule
	Inbound         bool   // the rule is for what comes in
	IpProtocol      string `jsonschema:"required"` // of a rule: tcp, udp, or -1 for all
	FromPort        int32  // of a rule with ports
	ToPort          int32
	CidrIp          string `jsonschema:"required"` // of the partner's host
}

// TrustPartner is the other domain as it was found.
type TrustPartner struct {
	DnsName           string `jsonschema:"required"`
	NetBiosName       string `jsonschema:"required"`
	Forest            string `jsonschema:"required"`
	Sid               string `jsonschema:"required"`
	FoundAt           *time.Time
	DomainControllers []TrustPartnerDC `jsonschema:"required"`
}

// TrustPartnerDC is a domain controller of the partner.
type TrustPartnerDC struct {
	HostName        string `jsonschema:"required"`
	IpAddr          string `jsonschema:"required"`
	PdcEmulator     bool
	Answered        bool
	Error           string `jsonschema:"required"`
	ClockSkewMillis int64
}

// TrustVerdict is what one domain controller of ours says of the outgoing
// direction. The status fields are Win32 error codes; 0 is success.
type TrustVerdict struct {
	DomainControllerId string `jsonschema:"required"`
	HostName           string
	At                 *time.Time
	Verified           bool
	Error              string `jsonschema:"required"`
	PartnerHostName    string `jsonschema:"required"`
	CallStatus         int64
	PasswordStatus     int64
	ChannelStatus      int64
}

// TrustStep is one line of a trust's history.
type TrustStep struct {
	At                 *time.Time
	Step               string `jsonschema:"required"`
	DomainControllerId string // of the directory, that did it; "" where none did
	HostName           string
	TookMillis         int64
	Error              string
}

// TrustForwarder is the conditional forwarder that the trust is resolved by.
type TrustForwarder struct {
	RemoteDomainName string          `jsonschema:"required"`
	DnsIpAddrs       []string        `jsonschema:"required"`
	NotAppliedReason string          `jsonschema:"required"`
	Upstreams        []TrustUpstream `jsonschema:"required"`
}

// TrustUpstream is how one DNS server answers one of our domain controllers.
type TrustUpstream struct {
	DomainControllerId string `jsonschema:"required"`
	HostName           string
	IpAddr             string `jsonschema:"required"`
	Healthy            bool
	Error              string `jsonschema:"required"`
}
