// Package store keeps every object of Entente in etcd: what is wanted (spec,
// written only by package service) and what became of it (status, written
// only by the object's reconciler) under separate keys.
//
// A decision is one Txn: it compares the revisions that it was based on,
// claims its uniqueness keys, seals its secrets and writes its audit entry,
// or does nothing at all. Reads are served from a cache fed by one watch; the
// cache is at least as new as the caller's last commit (Commit waits for it).
// The audit log alone is read from etcd.
// After a crash every commit that was acknowledged is there, and none is
// there in part.
//
// It is not a place for rules: it does not know what a trust may become.
package store

import (
	"github.com/entente-ad/entente/access"
	"github.com/entente-ad/entente/assessment"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/trust"
	"github.com/entente-ad/entente/vpc"
)

// The tables: this is the one list of them, and a new one is declared here and
// nowhere else. What may change in them from one version to the next is in
// docs/decisions/0211. Keys: directories, trusts and VPCs by id; forwarders by
// directory.ForwarderKey, and so their health; forwarder status by directory id;
// routes by directory.IPRouteKey; access keys by key id.
var (
	Directories      = newTable[directory.Spec]("directories/spec")
	DirectoryStatus  = newStatusTable[directory.Status]("directories/status")
	Trusts           = newTable[trust.Spec]("trusts/spec")
	TrustStatus      = newStatusTable[trust.Status]("trusts/status")
	TrustMarks       = newTable[trust.Mark]("trusts/marks") // by trust.ClaimPair; outlive the trust
	Forwarders       = newTable[directory.Forwarder]("forwarders/spec")
	ForwardersStatus = newStatusTable[directory.ForwarderStatus]("forwarders/status")
	ForwarderHealth  = newStatusTable[directory.ForwarderHealth]("forwarders/health")
	VPCs             = newTable[vpc.Spec]("vpcs/spec")
	VPCStatus        = newStatusTable[vpc.Status]("vpcs/status")
	SecurityGroups   = newTable[vpc.Group]("groups/spec")
	InterfaceStatus  = newStatusTable[vpc.InterfaceStatus]("interfaces/status") // by DC id
	IPRoutes         = newTable[directory.IPRoute]("routes/spec")
	IPRouteStatus    = newStatusTable[directory.IPRouteStatus]("routes/status")
	Snapshots        = newTable[directory.Snapshot]("snapshots/spec")
	SnapshotStatus   = newStatusTable[directory.SnapshotStatus]("snapshots/status")
	AccessStatus     = newStatusTable[trust.AccessStatus]("selective/status") // by directory id
	Assessments      = newTable[assessment.Spec]("assessments/spec")
	AssessmentStatus = newStatusTable[assessment.Status]("assessments/status")
	Settings         = newTable[directory.SettingsSpec]("settings/spec") // by directory id
	ConfigStatus     = newStatusTable[directory.ConfigStatus]("settings/status")
	Certificates     = newTable[directory.Certificate]("certificates/spec")
	LDAPS            = newTable[directory.LDAPS]("ldaps/spec") // by directory.LDAPSKey
	EventTopics      = newTable[directory.EventTopic]("topics/spec")
	EventTopicStatus = newStatusTable[directory.EventTopicStatus]("topics/status")
	LogSubscriptions = newTable[directory.LogSubscription]("logs/spec")
	LogStatus        = newStatusTable[directory.LogSubscriptionStatus]("logs/status")
	AccessKeys       = newTable[access.Key]("keys/spec")
)
