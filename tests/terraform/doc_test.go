// Package terraform replays what Terraform's AWS provider does for its
// Directory Service resources: the calls, their order, the states that its
// waiters take for pending and for reached, and what its Read puts into the
// state. An apply is right when every plan after it is empty.
//
// Terraform itself needs a plug-in registry. The sequences are those of the
// provider's resources aws_vpc, aws_subnet, aws_directory_service_directory,
// _conditional_forwarder, _trust, _region and _ip_routes, version 5 and later.
package terraform

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/entente-ad/entente/tests/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

// provider is what all resources share: one client for the provider's Region,
// with others named per call, as the provider does.
type provider struct {
	*testing.T
	s  *harness.Server
	ds *directoryservice.Client
}

// in makes a call in another Region.
func in(region string) func(*directoryservice.Options) {
	return func(o *directoryservice.Options) { o.Region = region }
}

// attributes are a resource's values, in the state and in the configuration.
// What the configuration leaves out is computed, and any value will do.
type attributes map[string]any

// resource is one resource of the provider.
type resource interface {
	create(p provider) // with its waiter
	// read refreshes the state; ok is false when the resource is gone.
	read(p provider) (state attributes, ok bool)
	delete(p provider)      // with its waiter
	configured() attributes // what the configuration says
}

// planEmpty refreshes the resource and compares its state with what is
// configured.
func planEmpty(p provider, name string, r resource) attributes {
	p.Helper()
	state, ok := r.read(p)
	if !ok {
		p.Fatalf("%s: Terraform would create it: it is gone", name)
	}
	for key, want := range r.configured() {
		if diff := cmp.Diff(want, state[key]); diff != "" {
			p.Errorf("%s: Terraform would change %s (-configured +state):\n%s", name, key, diff)
		}
	}
	return state
}

// state is what a waiter looks at: "" means not found.
type state func(ctx context.Context) (string, string, error)

// waitFor is the provider's StateChangeConf: it goes on while the state is one
// of pending, ends when it is one of target, and fails at any other state.
func waitFor(p provider, what string, pending, target []string, look state) {
	p.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(p.Context()), harness.Patience)
	defer cancel()
	for {
		now, reason, err := look(ctx)
		switch {
		case err != nil:
			p.Fatalf("waiting for %s: %v", what, err)
		case slices.Contains(target, now):
			return
		case !slices.Contains(pending, now):
			p.Fatalf("waiting for %s: unexpected state '%s', wanted target '%v'. last error: %s", what, now, target, reason)
		}
		select {
		case <-ctx.Done():
			p.Fatalf("waiting for %s: timeout while it is %s: %s", what, now, reason)
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// gone is how a waiter names what is not found.
const gone = ""

// is reports whether err is the API's error of that name.
func is(err error, code string) bool {
	var api smithy.APIError
	return errors.As(err, &api) && api.ErrorCode() == code
}

func (p provider) must(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

func str(s *string) string { return aws.ToString(s) }

func sorted(list []string) []string {
	out := slices.Clone(list)
	slices.Sort(out)
	return out
}

func id(parts ...string) string { return fmt.Sprintf("%s/%s", parts[0], parts[1]) }
