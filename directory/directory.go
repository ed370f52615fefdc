// Package directory is what a managed directory and its domain controllers
// are: names, editions, stages, conditional forwarders, and the rules about
// them. It is pure: no I/O, no clock.
package directory

import (
	"net/netip"
	"time"

	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/vpc"
)

// ID is "d-" and 10 lower-case hexadecimal digits.
type ID string

// DCID is "dc-" and 10 lower-case hexadecimal digits.
type DCID string

// FQDN is a DNS domain name in lower case without a trailing dot.
type FQDN string

// NetBIOSName is a domain's short name: upper case, at most 15 characters.
type NetBIOSName string

// Edition is "Standard" or "Enterprise".
type Edition string

// The editions that can be created.
const (
	Standard   Edition = "Standard"
	Enterprise Edition = "Enterprise"
)

// Spec is a directory as wanted. Only package service writes it.
type Spec struct {
	ID          ID                `json:"ID"`
	Account     string            `json:"Account"` // 12 digits
	Region      string            `json:"Region"`  // the primary Region
	Name        FQDN              `json:"Name"`
	ShortName   NetBIOSName       `json:"ShortName"`
	GivenName   string            `json:"GivenName"`   // the DNS name as the caller spelled it; answers show it
	GivenShort  string            `json:"GivenShort"`  // the NetBIOS name as the caller spelled it; "" when it was derived
	Description string            `json:"Description"` // "" means none
	Edition     Edition           `json:"Edition"`
	VPC         vpc.ID            `json:"VPC"`
	Subnets     []vpc.SubnetID    `json:"Subnets"` // two, in two availability zones
	Alias       string            `json:"Alias"`   // "" means the directory id
	Tags        map[string]string `json:"Tags"`
	DCs         []DC              `json:"DCs"` // the domain controllers wanted, first one provisioned, others joined
	CreatedAt   time.Time         `json:"CreatedAt"`
	Delete      bool              `json:"Delete"` // no longer wanted

	SecurityGroup vpc.GroupID `json:"SecurityGroup"` // of the domain controllers in the primary Region
	Additional    []Region    `json:"Additional"`    // additional Regions, in the order in which they were added

	// PasswordReset asks for a user's password to be set; the sealed password
	// is the secret PasswordResetSecret(ID). Serial 0 means never asked.
	PasswordReset PasswordReset `json:"PasswordReset"`

	Computer Computer `json:"Computer"` // the last wish for an account of a computer

	Restore Restore `json:"Restore"` // the last wish to go back to a snapshot
}

// PasswordReset is a wish to set one user's password.
type PasswordReset struct {
	Serial int64  `json:"Serial"` // grows with each wish
	User   string `json:"User"`   // sAMAccountName
}

// DC is one domain controller as wanted.
type DC struct {
	ID       DCID         `json:"ID"`
	Node     string       `json:"Node"`     // the host that runs it
	HostName string       `json:"HostName"` // NetBIOS host name, unique across all directories (decision 15)
	Subnet   vpc.SubnetID `json:"Subnet"`
	AZ       string       `json:"AZ"`
	Address  netip.Addr   `json:"Address"` // leased from the subnet
	Region   string       `json:"Region"`  // "" means the primary one
	Delete   bool         `json:"Delete"`  // to be demoted and removed; its reconciler then drops it from the list
}

// FQDN is the DC's DNS name in domain.
func (d DC) FQDN(domain FQDN) string { return lower(d.HostName) + "." + string(domain) }

// Status is what became of a directory. Only its reconciler writes it.
type Status struct {
	Stage       Stage          `json:"Stage"`
	StageReason string         `json:"StageReason"` // "" when there is nothing to say
	StageSince  time.Time      `json:"StageSince"`
	DomainSID   string         `json:"DomainSID"`
	DCs         []DCStatus     `json:"DCs"`
	Step        string         `json:"Step"`      // what is being done, for people: "joining the second domain controller"
	Populated   bool           `json:"Populated"` // OUs, delegated groups and Admin exist
	Regions     []RegionStatus `json:"Regions"`   // additional Regions

	// PasswordReset answers Spec.PasswordReset.Serial.
	PasswordReset PasswordResetResult `json:"PasswordReset"`

	Computer ComputerResult `json:"Computer"` // answers Spec.Computer.Serial

	Restore RestoreStatus `json:"Restore"` // answers Spec.Restore.Serial
}

// PasswordResetResult is what became of the wish with that serial.
type PasswordResetResult struct {
	Serial int64  `json:"Serial"`
	Error  string `json:"Error"` // "" when done, else words for the caller
	Kind   string `json:"Kind"`  // "InvalidPassword", "UserNotFound", "" for others
}

// DCStatus is what became of one domain controller.
type DCStatus struct {
	ID          DCID                `json:"ID"`
	State       DCState             `json:"State"`
	Reason      string              `json:"Reason"` // why it is not Active
	Since       time.Time           `json:"Since"`
	LaunchTime  time.Time           `json:"LaunchTime"`
	Provisioned bool                `json:"Provisioned"` // its database exists: provisioned or joined
	Healthy     condition.Condition `json:"Healthy"`
	LastLog     []string            `json:"LastLog"` // last lines of its log, when it is not Active
	Restarts    int                 `json:"Restarts"`
}

// DCByID finds the status of one DC; ok is false when there is none yet.
func (s Status) DCByID(id DCID) (st DCStatus, ok bool) {
	for _, st := range s.DCs {
		if st.ID == id {
			return st, true
		}
	}
	return DCStatus{}, false
}

// SecretAdministrator names the sealed password of the service credential
// Administrator, which no user knows.
func SecretAdministrator(id ID) string { return "directory/" + string(id) + "/administrator" }

// SecretAdmin names the sealed password of the user Admin. It is removed as
// soon as the domain holds it.
func SecretAdmin(id ID) string { return "directory/" + string(id) + "/admin" }

// SecretPasswordReset names the sealed password of a pending reset.
func SecretPasswordReset(id ID) string { return "directory/" + string(id) + "/reset" }

// SecretCA names the sealed private key of the directory's own certificate
// authority, PEM with the certificate behind it.
func SecretCA(id ID) string { return "directory/" + string(id) + "/ca" }
