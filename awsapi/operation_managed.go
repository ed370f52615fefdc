package awsapi

import "github.com/entente-ad/entente/service"

// managedOperations lists what is offered around a directory that is no trust
// and no network: backups and the like.
func managedOperations(s *service.Service) []operation {
	return []operation{
		op("CreateSnapshot", s.CreateSnapshot),
		op("DeleteSnapshot", s.DeleteSnapshot),
		op("DescribeSnapshots", s.DescribeSnapshots),
		op("GetSnapshotLimits", s.GetSnapshotLimits),
		op("RestoreFromSnapshot", s.RestoreFromSnapshot),
	}
}
