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

// The tables. Keys: directories, trusts and VPCs by id; forwarders by
// directory.ForwarderKey; forwarder status by directory id; routes by
// directory.IPRouteKey; access keys by
// key id.
var (
	Directories      = newTable[directory.Spec]("directories/spec")
	DirectoryStatus  = newTable[directory.Status]("directories/status")
	Trusts           = newTable[trust.Spec]("trusts/spec")
	TrustStatus      = newTable[trust.Status]("trusts/status")
	TrustMarks       = newTable[trust.Mark]("trusts/marks") // by trust.ClaimPair; outlive the trust
	Forwarders       = newTable[directory.Forwarder]("forwarders/spec")
	ForwardersStatus = newTable[directory.ForwarderStatus]("forwarders/status")
	VPCs             = newTable[vpc.Spec]("vpcs/spec")
	VPCStatus        = newTable[vpc.Status]("vpcs/status")
	SecurityGroups   = newTable[vpc.Group]("groups/spec")
	InterfaceStatus  = newTable[vpc.InterfaceStatus]("interfaces/status") // by DC id
	IPRoutes         = newTable[directory.IPRoute]("routes/spec")
	IPRouteStatus    = newTable[directory.IPRouteStatus]("routes/status")
	Snapshots        = newTable[directory.Snapshot]("snapshots/spec")
	SnapshotStatus   = newTable[directory.SnapshotStatus]("snapshots/status")
	AccessStatus     = newTable[trust.AccessStatus]("selective/status") // by directory id
	Assessments      = newTable[assessment.Spec]("assessments/spec")
	AssessmentStatus = newTable[assessment.Status]("assessments/status")
	Settings         = newTable[directory.SettingsSpec]("settings/spec") // by directory id
	ConfigStatus     = newTable[directory.ConfigStatus]("settings/status")
	Certificates     = newTable[directory.Certificate]("certificates/spec")
	LDAPS            = newTable[directory.LDAPS]("ldaps/spec") // by directory.LDAPSKey
	EventTopics      = newTable[directory.EventTopic]("topics/spec")
	EventTopicStatus = newTable[directory.EventTopicStatus]("topics/status")
	LogSubscriptions = newTable[directory.LogSubscription]("logs/spec")
	LogStatus        = newTable[directory.LogSubscriptionStatus]("logs/status")
	AccessKeys       = newTable[access.Key]("keys/spec")
)

// allTables lists the tables for the cache, which decodes what the watch
// brings. A new table must be added here.
func allTables() []decoder {
	return []decoder{
		Directories, DirectoryStatus, Trusts, TrustStatus, TrustMarks,
		Forwarders, ForwardersStatus, VPCs, VPCStatus, AccessKeys,
		SecurityGroups, InterfaceStatus, IPRoutes, IPRouteStatus, AccessStatus,
		Snapshots, SnapshotStatus, Assessments, AssessmentStatus,
		Settings, ConfigStatus, Certificates, LDAPS, EventTopics, EventTopicStatus, LogSubscriptions, LogStatus,
	}
}
