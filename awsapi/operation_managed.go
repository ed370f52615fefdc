package awsapi

import "github.com/entente-ad/entente/service"

// managedOperations lists what is offered around a directory that is no trust
// and no network: backups and the like.
func managedOperations(s *service.Service) []operation {
	return []operation{
		op("CreateLogSubscription", s.CreateLogSubscription),
		op("CreateSnapshot", s.CreateSnapshot),
		op("DeleteLogSubscription", s.DeleteLogSubscription),
		op("DeleteSnapshot", s.DeleteSnapshot),
		op("DeregisterCertificate", s.DeregisterCertificate),
		op("DeregisterEventTopic", s.DeregisterEventTopic),
		op("DescribeCertificate", s.DescribeCertificate),
		op("DescribeEventTopics", s.DescribeEventTopics),
		op("DescribeLDAPSSettings", s.DescribeLDAPSSettings),
		op("DescribeSettings", s.DescribeSettings),
		op("DescribeSnapshots", s.DescribeSnapshots),
		op("DisableLDAPS", s.DisableLDAPS),
		op("EnableLDAPS", s.EnableLDAPS),
		op("GetSnapshotLimits", s.GetSnapshotLimits),
		op("ListCertificates", s.ListCertificates),
		op("ListLogSubscriptions", s.ListLogSubscriptions),
		op("RegisterCertificate", s.RegisterCertificate),
		op("RegisterEventTopic", s.RegisterEventTopic),
		op("RestoreFromSnapshot", s.RestoreFromSnapshot),
		op("UpdateSettings", s.UpdateSettings),
	}
}
