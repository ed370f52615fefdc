package service

import (
	"context"

	"github.com/entente-ad/entente/audit"
)

// GetCallerIdentityInput asks who signed the request.
type GetCallerIdentityInput struct{}

// GetCallerIdentityOutput says who signed a request, with STS's member names.
type GetCallerIdentityOutput struct {
	Account string
	Arn     string
	UserId  string
}

// GetCallerIdentity says who signed the request.
func (s *Service) GetCallerIdentity(_ context.Context, caller audit.Caller, _ *GetCallerIdentityInput) (*GetCallerIdentityOutput, error) {
	return &GetCallerIdentityOutput{Account: caller.Account, Arn: CallerARN(caller), UserId: caller.AccessKeyID}, nil
}

// CallerARN names the caller as AWS names a user.
func CallerARN(caller audit.Caller) string {
	return "arn:aws:iam::" + caller.Account + ":user/" + caller.AccessKeyID
}
