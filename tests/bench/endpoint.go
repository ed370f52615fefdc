package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

const region = "us-east-1"

// endpoint is a server of AWS's API with a key for it.
type endpoint struct {
	URL, KeyID, Secret string
	PID                int // of its only process
}

// signed is a request that can be sent again and again while its signature
// lasts, so that clients spend no time on signing.
type signed struct {
	url    string
	header http.Header
	body   []byte
	client *http.Client
}

func (e endpoint) sign(ctx context.Context, service, target, contentType string, body []byte) (*signed, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.URL, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", contentType)
	if target != "" {
		req.Header.Set("X-Amz-Target", target)
	}
	sum := sha256.Sum256(body)
	creds := aws.Credentials{AccessKeyID: e.KeyID, SecretAccessKey: e.Secret}
	if err := v4.NewSigner().SignHTTP(ctx, creds, req, hex.EncodeToString(sum[:]), service, region, time.Now()); err != nil {
		return nil, err
	}
	transport := &http.Transport{MaxIdleConnsPerHost: clients}
	return &signed{e.URL, req.Header, body, &http.Client{Transport: transport}}, nil
}

func (s *signed) do(ctx context.Context) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, bytes.NewReader(s.body))
	if err != nil {
		return nil, err
	}
	req.Header = s.header
	res, err := s.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", res.Status, answer)
	}
	return answer, err
}

// ask sends the request from several clients for that long and counts the
// answers.
func (s *signed) ask(ctx context.Context, clients int, d time.Duration) (int64, error) {
	end := time.Now().Add(d)
	var answers atomic.Int64
	var failed error
	var mu sync.Mutex
	var all sync.WaitGroup
	for range clients {
		all.Go(func() {
			for time.Now().Before(end) {
				if _, err := s.do(ctx); err != nil {
					mu.Lock()
					failed = err
					mu.Unlock()
					return
				}
				answers.Add(1)
			}
		})
	}
	all.Wait()
	return answers.Load(), failed
}

const json11 = "application/x-amz-json-1.1"

// call makes one call of Directory Service.
func (e endpoint) call(ctx context.Context, operation string, in map[string]any, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	s, err := e.sign(ctx, "ds", "DirectoryService_20150416."+operation, json11, body)
	if err != nil {
		return err
	}
	defer s.client.CloseIdleConnections()
	answer, err := s.do(ctx)
	if err != nil {
		return fmt.Errorf("%s: %w", operation, err)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer, out)
}

// describe is the request that is measured.
func (e endpoint) describe(ctx context.Context) (*signed, error) {
	return e.sign(ctx, "ds", "DirectoryService_20150416.DescribeTrusts", json11, fmt.Appendf(nil, `{"Limit":%d}`, trustsMade))
}

type network struct {
	VPC     string
	Subnets []string
}

// defaultNetwork finds a VPC with its subnets by EC2's query API.
func (e endpoint) defaultNetwork(ctx context.Context) (network, error) {
	s, err := e.sign(ctx, "ec2", "", "application/x-www-form-urlencoded", []byte("Action=DescribeSubnets&Version=2016-11-15"))
	if err != nil {
		return network{}, err
	}
	defer s.client.CloseIdleConnections()
	answer, err := s.do(ctx)
	if err != nil {
		return network{}, err
	}
	var list struct {
		Items []struct {
			ID  string `xml:"subnetId"`
			VPC string `xml:"vpcId"`
		} `xml:"subnetSet>item"`
	}
	if err := xml.Unmarshal(answer, &list); err != nil {
		return network{}, err
	}
	var n network
	for _, item := range list.Items {
		n.VPC = item.VPC
		n.Subnets = append(n.Subnets, item.ID)
	}
	return n, nil
}
