package trust

import "github.com/entente-ad/entente/directory"

// Way is how the partner's directory is asked through a trust: from our domain
// controllers to the partner's, each list best first.
type Way struct {
	Domain      directory.FQDN // the partner's
	NetBIOSName directory.NetBIOSName
	From        []directory.Instance
	To          []PartnerDC
}

// User is a user of a domain, as its directory shows it.
type User struct {
	Name        string // sAMAccountName
	Principal   string // userPrincipalName; "" when none is set
	DisplayName string
	Mail        string
	DN          string
	SID         string
	Enabled     bool
}

// Group is a group of a domain.
type Group struct {
	Name        string // sAMAccountName
	Description string
	DN          string
	SID         string
	Scope       string // "Global", "DomainLocal", "Universal"
	Kind        string // "Security" or "Distribution"
}

// Membership is a group that a user belongs to, and how.
type Membership struct {
	Group
	Direct  bool // else by way of another group
	Primary bool // the user's primary group
}

// Member is who belongs to a group.
type Member struct {
	Class       string // "User", "Group", "Computer", "Foreign", "Other"
	Name        string // sAMAccountName; of foreign principals the SID, of others the common name
	DisplayName string
	DN          string
	SID         string
	Enabled     bool // of users and computers; others always are
}

// Lookup says which part of a list is asked for.
type Lookup struct {
	Search string // what the name, full name, mail or principal name contains; "" means all
	After  string // where the page before ended; "" means from the start
	Limit  int    // of the page, 1 to 1000
}
