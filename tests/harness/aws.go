package harness

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
)

// Config is the SDK configuration that the server's own credentials file
// gives.
func (s *Server) Config(ctx context.Context) (aws.Config, error) {
	return config.LoadDefaultConfig(ctx,
		config.WithRegion(Region),
		config.WithBaseEndpoint(s.Endpoint),
		config.WithSharedConfigFiles(nil),
		config.WithSharedCredentialsFiles([]string{filepath.Join(s.DataDir, "credentials")}),
		config.WithSharedConfigProfile("entente"))
}

// DS is the official client of AWS Directory Service.
func (s *Server) DS(t testing.TB) *directoryservice.Client {
	t.Helper()
	cfg, err := s.Config(context.WithoutCancel(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	return directoryservice.NewFromConfig(cfg)
}

// In makes one call of a client go to another Region.
func In(region string) func(*directoryservice.Options) {
	return func(o *directoryservice.Options) { o.Region = region }
}

// AWS runs the AWS CLI against the server and gives its standard output.
func (s *Server) AWS(ctx context.Context, args ...string) (string, error) {
	// An --endpoint-url works with every version of the CLI; the environment's
	// AWS_ENDPOINT_URL only with newer ones than Debian's.
	cmd := exec.CommandContext(ctx, awsBinary(), append([]string{"--endpoint-url", s.Endpoint}, args...)...)
	cmd.Env = append(os.Environ(),
		"AWS_SHARED_CREDENTIALS_FILE="+filepath.Join(s.DataDir, "credentials"), "AWS_PROFILE=entente",
		"AWS_DEFAULT_REGION="+Region, "AWS_PAGER=", "AWS_CONFIG_FILE=/dev/null", "AWS_EC2_METADATA_DISABLED=true")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return string(out), fmt.Errorf("aws %v: %w: %s", args, err, bytes.TrimSpace(stderr.Bytes()))
	}
	return string(out), nil
}

// awsBinary prefers Debian's own AWS CLI, which is what users of it have.
func awsBinary() string {
	if _, err := os.Stat("/usr/bin/aws"); err == nil {
		return "/usr/bin/aws"
	}
	return "aws"
}

// Network is the default VPC of a Region.
type Network struct {
	VPC     string
	CIDR    string
	Subnets []string
}

// DefaultNetwork asks EC2's query API for the Region's default VPC.
func (s *Server) DefaultNetwork(ctx context.Context) (Network, error) {
	return s.NetworkIn(ctx, Region)
}

// NetworkIn asks for the default VPC of any Region.
func (s *Server) NetworkIn(ctx context.Context, region string) (Network, error) {
	var vpcs struct {
		Items []struct {
			ID   string `xml:"vpcId"`
			CIDR string `xml:"cidrBlock"`
		} `xml:"vpcSet>item"`
	}
	if err := s.ec2In(ctx, region, url.Values{"Action": {"DescribeVpcs"}}, &vpcs); err != nil {
		return Network{}, err
	}
	if len(vpcs.Items) == 0 {
		return Network{}, fmt.Errorf("no VPC in %s", region)
	}
	n := Network{VPC: vpcs.Items[0].ID, CIDR: vpcs.Items[0].CIDR}
	var subnets struct {
		Items []struct {
			ID string `xml:"subnetId"`
		} `xml:"subnetSet>item"`
	}
	err := s.ec2In(ctx, region, url.Values{"Action": {"DescribeSubnets"}, "Filter.1.Name": {"vpc-id"}, "Filter.1.Value.1": {n.VPC}}, &subnets)
	for _, item := range subnets.Items {
		n.Subnets = append(n.Subnets, item.ID)
	}
	return n, err
}

// ec2In makes one signed call of EC2's query protocol. The SDK's ec2 package
// would do the same and take a minute to compile.
func (s *Server) ec2In(ctx context.Context, region string, form url.Values, out any) error {
	form.Set("Version", "2016-11-15")
	body := []byte(form.Encode())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.Endpoint, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	cfg, err := s.Config(ctx)
	if err != nil {
		return err
	}
	creds, err := cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(body)
	if err := v4.NewSigner().SignHTTP(ctx, creds, req, hex.EncodeToString(sum[:]), "ec2", region, time.Now()); err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s: %s", form.Get("Action"), res.Status, answer)
	}
	return xml.Unmarshal(answer, out)
}
