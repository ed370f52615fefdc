package samba

// delegatedGroups are the domain-local groups of OU=AWS Delegated Groups, each
// with "AWS Delegated " before its name, as AWS Managed Microsoft AD has them.
// "Administrators" is a member of all others, and Admin of it.
var delegatedGroups = []string{
	"Account Operators",
	"Active Directory Based Activation Administrators",
	"Add Workstations To Domain Users",
	"Administrators",
	"Allowed to Authenticate Objects",
	"Allowed to Authenticate to Domain Controllers",
	"Deleted Object Lifetime Administrators",
	"Distributed File System Administrators",
	"Domain Name System Administrators",
	"Dynamic Host Configuration Protocol Administrators",
	"Enterprise Certificate Authority Administrators",
	"Fine Grained Password Policy Administrators",
	"FSx Administrators",
	"Group Policy Administrators",
	"Kerberos Delegation Administrators",
	"Managed Service Account Administrators",
	"MS-NPRC Non-Compliant Devices",
	"Remote Access Service Administrators",
	"Replicate Directory Changes Administrators",
	"Server Administrators",
	"Sites and Services Administrators",
	"System Management Administrators",
	"Terminal Server Licensing Administrators",
	"User Principal Name Suffix Administrators",
}
