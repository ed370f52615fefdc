package interop

import (
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/entente-ad/entente/client"
)

const (
	password      = "Passw0rd-of-Interop!1"
	trustPassword = "Trust-Passw0rd $+=<>^~"
)

// need gives a call's output, or ends the test.
func need[T any](out T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

// code is the name of an API error.
func code(err error) string {
	var e smithy.APIError
	if errors.As(err, &e) {
		return e.ErrorCode()
	}
	return ""
}

// TestClients lets both clients work on one API at the same time.
func TestClients(t *testing.T) {
	url := serve(t)
	vpc, subnets := network(t, url)
	t.Run("AWS CLI", func(t *testing.T) {
		t.Parallel()
		testCLI(t, url, vpc, subnets)
	})
	t.Run("Go SDK", func(t *testing.T) {
		t.Parallel()
		testSDK(t, url, vpc, subnets)
	})
}

func testSDK(t *testing.T, url, vpc string, subnets []string) {
	t.Helper()
	cfg := aws.Config{Region: region, BaseEndpoint: &url, Credentials: credentials.NewStaticCredentialsProvider(keyID, keySecret, "")}
	ds := directoryservice.NewFromConfig(cfg)
	ctx := t.Context()

	who := need(sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}))(t)
	if aws.ToString(who.Account) != "000000000000" {
		t.Errorf("account %s", aws.ToString(who.Account))
	}
	create := &directoryservice.CreateMicrosoftADInput{Name: aws.String("corp.example.com"), Password: aws.String(password), Edition: types.DirectoryEditionStandard,
		VpcSettings: &types.DirectoryVpcSettings{VpcId: &vpc, SubnetIds: subnets}, Tags: []types.Tag{{Key: aws.String("team"), Value: aws.String("a b")}}}
	id := need(ds.CreateMicrosoftAD(ctx, create))(t).DirectoryId
	var d types.DirectoryDescription
	eventually(t, func() bool {
		out := need(ds.DescribeDirectories(ctx, &directoryservice.DescribeDirectoriesInput{DirectoryIds: []string{*id}}))(t)
		d = out.DirectoryDescriptions[0]
		return d.Stage == types.DirectoryStageActive
	})
	if len(d.DnsIpAddrs) != 2 || aws.ToString(d.ShortName) != "CORP" || d.LaunchTime == nil || time.Since(*d.LaunchTime) < 0 || d.Size != types.DirectorySizeSmall {
		t.Errorf("got %+v", d)
	}
	tags := need(ds.ListTagsForResource(ctx, &directoryservice.ListTagsForResourceInput{ResourceId: id}))(t)
	if len(tags.Tags) != 1 || *tags.Tags[0].Value != "a b" {
		t.Errorf("got %+v", tags.Tags)
	}
	trustID := trusts(t, ds, id)
	explain(t, url, *trustID)
	refusals(t, ds, id)

	need(ds.DeleteTrust(ctx, &directoryservice.DeleteTrustInput{TrustId: trustID, DeleteAssociatedConditionalForwarder: true}))(t)
	need(ds.DeleteDirectory(ctx, &directoryservice.DeleteDirectoryInput{DirectoryId: id}))(t)
	eventually(t, func() bool {
		_, err := ds.DescribeDirectories(ctx, &directoryservice.DescribeDirectoriesInput{DirectoryIds: []string{*id}})
		return code(err) == "EntityDoesNotExistException"
	})
}

// trusts makes three trusts and reads them back page by page.
func trusts(t *testing.T, ds *directoryservice.Client, id *string) *string {
	t.Helper()
	ctx := t.Context()
	var first *string
	for name, direction := range map[string]types.TrustDirection{"One.Example.Com.": types.TrustDirectionTwoWay, "two.example.com": types.TrustDirectionOneWayIncoming, "three.example.com": types.TrustDirectionOneWayOutgoing} {
		out := need(ds.CreateTrust(ctx, &directoryservice.CreateTrustInput{DirectoryId: id, RemoteDomainName: &name, TrustDirection: direction,
			TrustPassword: aws.String(trustPassword), ConditionalForwarderIpAddrs: []string{"203.0.113.10"}}))(t)
		if direction == types.TrustDirectionTwoWay {
			first = out.TrustId
		}
	}
	seen := map[string]types.TrustState{}
	eventually(t, func() bool {
		pages := directoryservice.NewDescribeTrustsPaginator(ds, &directoryservice.DescribeTrustsInput{DirectoryId: id, Limit: aws.Int32(2)})
		settled := true
		for pages.HasMorePages() {
			for _, tr := range need(pages.NextPage(ctx))(t).Trusts {
				seen[*tr.RemoteDomainName] = tr.TrustState
				settled = settled && tr.TrustState != types.TrustStateCreating
			}
		}
		return settled
	})
	if len(seen) != 3 || seen["One.Example.Com."] != types.TrustStateVerifyFailed || seen["two.example.com"] != types.TrustStateCreated {
		t.Errorf("got %v", seen)
	}
	need(ds.VerifyTrust(ctx, &directoryservice.VerifyTrustInput{TrustId: first}))(t)
	fwd := need(ds.DescribeConditionalForwarders(ctx, &directoryservice.DescribeConditionalForwardersInput{DirectoryId: id, RemoteDomainNames: []string{"one.example.com"}}))(t)
	if len(fwd.ConditionalForwarders) != 1 || fwd.ConditionalForwarders[0].DnsIpAddrs[0] != "203.0.113.10" || fwd.ConditionalForwarders[0].ReplicationScope != types.ReplicationScopeDomain {
		t.Errorf("got %+v", fwd.ConditionalForwarders)
	}
	return first
}

// explain asks for what AWS has no call for, with our own client.
func explain(t *testing.T, url, trustID string) {
	t.Helper()
	own := client.New(client.Config{Endpoint: url, Region: region, Credentials: credentials.NewStaticCredentialsProvider(keyID, keySecret, "")})
	var out struct {
		TrustId, TrustState string
		Conditions          []any
	}
	if err := own.Call(t.Context(), "ExplainTrust", map[string]string{"TrustId": trustID}, &out); err != nil || out.TrustId != trustID || out.Conditions == nil {
		t.Errorf("got %+v, %v", out, err)
	}
	var key struct {
		SecretAccessKey string
		AccessKey       struct{ AccessKeyId string }
	}
	if err := own.Call(t.Context(), "CreateAccessKey", map[string]any{"Description": "interop", "ReadOnly": true}, &key); err != nil || key.SecretAccessKey == "" {
		t.Fatalf("got %v", err)
	}
	reader := directoryservice.New(directoryservice.Options{Region: region, BaseEndpoint: &url,
		Credentials: credentials.NewStaticCredentialsProvider(key.AccessKey.AccessKeyId, key.SecretAccessKey, "")})
	if _, err := reader.DescribeTrusts(t.Context(), &directoryservice.DescribeTrustsInput{}); err != nil {
		t.Error(err)
	}
	if _, err := reader.DeleteTrust(t.Context(), &directoryservice.DeleteTrustInput{TrustId: &trustID}); code(err) != "AccessDeniedException" {
		t.Errorf("got %v", err)
	}
	var refused *client.Error
	if err := own.Call(t.Context(), "Nothing", struct{}{}, &struct{}{}); !errors.As(err, &refused) || refused.Code != "UnknownOperationException" || refused.RequestID == "" {
		t.Errorf("got %v", err)
	}
}

func refusals(t *testing.T, ds *directoryservice.Client, id *string) {
	t.Helper()
	ctx := t.Context()
	good := func() *directoryservice.CreateTrustInput {
		return &directoryservice.CreateTrustInput{DirectoryId: id, RemoteDomainName: aws.String("four.example.com"), TrustDirection: types.TrustDirectionTwoWay, TrustPassword: aws.String(trustPassword)}
	}
	for name, tt := range map[string]struct {
		change func(in *directoryservice.CreateTrustInput)
		code   string
	}{
		"duplicate":    {func(in *directoryservice.CreateTrustInput) { in.RemoteDomainName = aws.String("ONE.example.com") }, "EntityAlreadyExistsException"},
		"no directory": {func(in *directoryservice.CreateTrustInput) { in.DirectoryId = aws.String("d-ffffffffff") }, "EntityDoesNotExistException"},
		"single label": {func(in *directoryservice.CreateTrustInput) { in.RemoteDomainName = aws.String("my-corp") }, "InvalidParameterException"},
		"no such way":  {func(in *directoryservice.CreateTrustInput) { in.TrustDirection = "Sideways" }, "ValidationException"},
		"IPv6": {func(in *directoryservice.CreateTrustInput) {
			in.ConditionalForwarderIpv6Addrs = []string{"2001:db8::1"}
		}, "UnsupportedOperationException"},
		"not a token": {func(in *directoryservice.CreateTrustInput) { in.TrustPassword = aws.String("tab\there") }, "ValidationException"},
		"five servers": {func(in *directoryservice.CreateTrustInput) {
			in.ConditionalForwarderIpAddrs = []string{"203.0.113.1", "203.0.113.2", "203.0.113.3", "203.0.113.4", "203.0.113.5"}
		}, "InvalidParameterException"},
	} {
		in := good()
		tt.change(in)
		if _, err := ds.CreateTrust(ctx, in); code(err) != tt.code {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := ds.DescribeTrusts(ctx, &directoryservice.DescribeTrustsInput{NextToken: aws.String("x")}); code(err) != "InvalidNextTokenException" {
		t.Errorf("got %v", err)
	}
	if _, err := ds.EnableSso(ctx, &directoryservice.EnableSsoInput{DirectoryId: id}); code(err) != "UnsupportedOperationException" {
		t.Errorf("got %v", err)
	}
}

// eventually waits for what comes by itself; the test's own time limit ends
// it.
func eventually(t *testing.T, cond func() bool) {
	t.Helper()
	for !cond() {
		select {
		case <-t.Context().Done():
			t.Fatal(t.Context().Err())
		case <-time.After(10 * time.Millisecond):
		}
	}
}
