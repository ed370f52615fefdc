package service

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/audit"
)

// otherKinds is AWS's quota of Simple ADs and of AD Connectors. Entente makes
// neither; the numbers are there for clients that show them.
const otherKinds = 10

// GetDirectoryLimits gives the quotas in the caller's Region.
func (s *Service) GetDirectoryLimits(_ context.Context, caller audit.Caller, _ *directoryservice.GetDirectoryLimitsInput) (*directoryservice.GetDirectoryLimitsOutput, error) {
	limit, count := s.cfg.Limits.Directories, s.countDirectories(caller)
	return &directoryservice.GetDirectoryLimitsOutput{DirectoryLimits: &types.DirectoryLimits{
		CloudOnlyMicrosoftADLimit:        new(int32(limit)),
		CloudOnlyMicrosoftADCurrentCount: new(int32(count)),
		CloudOnlyMicrosoftADLimitReached: count >= limit,
		CloudOnlyDirectoriesLimit:        new(int32(otherKinds)), CloudOnlyDirectoriesCurrentCount: new(int32(0)),
		ConnectedDirectoriesLimit: new(int32(otherKinds)), ConnectedDirectoriesCurrentCount: new(int32(0)),
	}}, nil
}
