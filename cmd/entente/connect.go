package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/spf13/cobra"

	"github.com/entente-ad/entente/client"
)

// profile is the name of the profile that serve writes its first key under.
const profile = "entente"

// connection is how a command finds the API: the flags that all client
// commands share.
type connection struct {
	endpoint string
	region   string
	dataDir  string
}

func (c *connection) flags(cmd *cobra.Command) {
	f := cmd.PersistentFlags()
	f.StringVar(&c.endpoint, "endpoint-url", env("AWS_ENDPOINT_URL", "http://"+defaultListen), "`URL` of the server; also AWS_ENDPOINT_URL")
	f.StringVar(&c.region, "region", env("AWS_REGION", env("AWS_DEFAULT_REGION", "us-east-1")), "Region to speak of; also AWS_DEFAULT_REGION")
	f.StringVar(&c.dataDir, "data-dir", defaultDataDir, "data folder whose credentials file is used when the environment names no access key")
}

// client builds a client for what AWS has no call for.
func (c *connection) client(ctx context.Context) (*client.Client, error) {
	loaded, err := c.load(ctx)
	if err != nil {
		return nil, err
	}
	return client.New(client.Config{Endpoint: c.endpoint, Region: c.region, Credentials: loaded.Credentials, HTTP: loaded.HTTPClient}), nil
}

// directoryService builds a client of AWS's own API.
func (c *connection) directoryService(ctx context.Context) (*directoryservice.Client, error) {
	loaded, err := c.load(ctx)
	if err != nil {
		return nil, err
	}
	return directoryservice.NewFromConfig(loaded, func(o *directoryservice.Options) {
		o.BaseEndpoint, o.Region = &c.endpoint, c.region
	}), nil
}

// load reads the settings of AWS's tools, AWS_CA_BUNDLE among them, with the
// access key of the environment, as the AWS CLI would find it, or else with the
// one that serve wrote.
func (c *connection) load(ctx context.Context) (aws.Config, error) {
	var options []func(*config.LoadOptions) error
	file := filepath.Join(c.dataDir, "credentials")
	if os.Getenv("AWS_ACCESS_KEY_ID") == "" && os.Getenv("AWS_PROFILE") == "" {
		if err := readable(file); err != nil {
			return aws.Config{}, fmt.Errorf("no access key: set AWS_PROFILE or AWS_ACCESS_KEY_ID, or name the data folder of a running `entente serve` with --data-dir: %w", err)
		}
		options = append(options, config.WithSharedCredentialsFiles([]string{file}), config.WithSharedConfigProfile(profile))
	}
	loaded, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return aws.Config{}, fmt.Errorf("cannot read the access key: %w", err)
	}
	return loaded, nil
}

func readable(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	return f.Close()
}

func env(name, otherwise string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return otherwise
}
