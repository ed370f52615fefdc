package harness

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"
)

// AdminPassword is the password of the user Admin in directories that
// CreateDirectory makes.
const AdminPassword = "Correct-Horse-7"

// Patience is how long the Wait… helpers wait at most. It is a limit against
// hanging, never an expectation.
const Patience = 4 * time.Minute

// CreateDirectory asks for a managed directory in the default VPC.
func (s *Server) CreateDirectory(t testing.TB, name string) string {
	t.Helper()
	n, err := s.DefaultNetwork(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out, err := s.DS(t).CreateMicrosoftAD(t.Context(), &directoryservice.CreateMicrosoftADInput{
		Name: aws.String(name), Password: aws.String(AdminPassword), Edition: types.DirectoryEditionStandard,
		VpcSettings: &types.DirectoryVpcSettings{VpcId: aws.String(n.VPC), SubnetIds: n.Subnets},
	})
	if err != nil {
		t.Fatal(err)
	}
	return aws.ToString(out.DirectoryId)
}

// WaitDirectory waits until the directory has that stage and describes it. One
// that is Active is opened to the networks of tests, but for KeepClosed.
func (s *Server) WaitDirectory(t testing.TB, id string, stage types.DirectoryStage) types.DirectoryDescription {
	t.Helper()
	var last types.DirectoryDescription
	wait(t, "directory "+id+" to be "+string(stage), func(ctx context.Context) (bool, string, error) {
		out, err := s.DS(t).DescribeDirectories(ctx, &directoryservice.DescribeDirectoriesInput{DirectoryIds: []string{id}})
		if err != nil {
			return false, "", err
		}
		last = out.DirectoryDescriptions[0]
		return last.Stage == stage, fmt.Sprintf("%s (%s)", last.Stage, aws.ToString(last.StageReason)), nil
	})
	if stage == types.DirectoryStageActive {
		s.open(t, id)
	}
	return last
}

// ActiveDirectory makes a directory and waits until it is Active.
func (s *Server) ActiveDirectory(t testing.TB, name string) types.DirectoryDescription {
	t.Helper()
	return s.WaitDirectory(t, s.CreateDirectory(t, name), types.DirectoryStageActive)
}

// WaitDirectoryGone waits until the directory is not there any more.
func (s *Server) WaitDirectoryGone(t testing.TB, id string) {
	t.Helper()
	wait(t, "directory "+id+" to be gone", func(ctx context.Context) (bool, string, error) {
		out, err := s.DS(t).DescribeDirectories(ctx, &directoryservice.DescribeDirectoriesInput{DirectoryIds: []string{id}})
		var gone *types.EntityDoesNotExistException
		if errors.As(err, &gone) {
			return true, "", nil
		}
		if err != nil {
			return false, "", err
		}
		return false, string(out.DirectoryDescriptions[0].Stage), nil
	})
}

// WaitTrust waits until the trust is in one of the states and describes it.
func (s *Server) WaitTrust(t testing.TB, id string, states ...types.TrustState) types.Trust {
	t.Helper()
	return s.WaitTrustFor(t, id, fmt.Sprint("to be ", states), func(tr types.Trust) bool { return slices.Contains(states, tr.TrustState) })
}

// WaitTrustFor waits until ok holds of the trust and describes it.
func (s *Server) WaitTrustFor(t testing.TB, id, what string, ok func(types.Trust) bool) types.Trust {
	t.Helper()
	var last types.Trust
	wait(t, "trust "+id+" "+what, func(ctx context.Context) (bool, string, error) {
		out, err := s.DS(t).DescribeTrusts(ctx, &directoryservice.DescribeTrustsInput{TrustIds: []string{id}})
		if err != nil {
			return false, "", err
		}
		if len(out.Trusts) == 0 {
			return false, "not there", nil
		}
		last = out.Trusts[0]
		return ok(last), fmt.Sprintf("%s (%s)", last.TrustState, aws.ToString(last.TrustStateReason)), nil
	})
	return last
}

// DeleteTrust deletes a trust and waits until it is gone.
func (s *Server) DeleteTrust(t testing.TB, id string) {
	t.Helper()
	if _, err := s.DS(t).DeleteTrust(t.Context(), &directoryservice.DeleteTrustInput{TrustId: aws.String(id)}); err != nil {
		t.Fatal(err)
	}
	s.WaitTrustGone(t, id)
}

// WaitTrustGone waits until the trust is not there any more.
func (s *Server) WaitTrustGone(t testing.TB, id string) {
	t.Helper()
	wait(t, "trust "+id+" to be gone", func(ctx context.Context) (bool, string, error) {
		out, err := s.DS(t).DescribeTrusts(ctx, &directoryservice.DescribeTrustsInput{TrustIds: []string{id}})
		var gone *types.EntityDoesNotExistException
		if errors.As(err, &gone) || err == nil && len(out.Trusts) == 0 {
			return true, "", nil
		}
		if err != nil {
			return false, "", err
		}
		return false, fmt.Sprintf("%s (%s)", out.Trusts[0].TrustState, aws.ToString(out.Trusts[0].TrustStateReason)), nil
	})
}

// wait polls look until it is done. A failing call is an end, not a reason to
// go on: every call that the helpers make must work while the server runs.
func wait(t testing.TB, what string, look func(context.Context) (done bool, state string, err error)) {
	t.Helper()
	// A test's own context is over when its clean-up runs, which waits too.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), Patience)
	defer cancel()
	for {
		done, state, err := look(ctx)
		if err != nil {
			t.Fatalf("waiting for %s: %v", what, err)
		}
		if done {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("waited %v for %s; it is %s", Patience, what, state)
		case <-time.After(100 * time.Millisecond):
		}
	}
}
