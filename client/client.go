// Package client is the Go client for what AWS has no call for: access keys,
// the explanation of a trust, users and groups of a trusted domain. AWS-shaped
// calls are made with the AWS SDK itself; this package uses that SDK's signer
// and nothing else of Entente.
package client

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// TargetPrefix is the prefix of X-Amz-Target for Entente's own operations.
const TargetPrefix = "Entente_20261123"

// Config says where the API is and who calls it.
type Config struct {
	Endpoint    string                  // "http://127.0.0.1:8640"
	Region      string                  // "us-east-1"
	Credentials aws.CredentialsProvider // an access key of that installation
	HTTP        aws.HTTPClient          // nil means http.DefaultClient
}

// timeout is how long one call may take.
const timeout = 30 * time.Second

// Client calls Entente's own operations.
type Client struct{ cfg Config }

// New builds a Client.
func New(cfg Config) *Client {
	if cfg.HTTP == nil {
		cfg.HTTP = http.DefaultClient
	}
	return &Client{cfg: cfg}
}

// Error is an answer that is not a success.
type Error struct {
	Code      string `json:"__type"` // "AccessDeniedException"
	Message   string
	RequestID string `json:"RequestId"`
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Call sends one operation: in is encoded as its input, out decoded from the
// answer. The error is *Error when the server refused.
func (c *Client) Call(ctx context.Context, operation string, in, out any) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("cannot encode %s: %w", operation, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.cfg.Endpoint, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("cannot call %s at %s: %w", operation, c.cfg.Endpoint, err)
	}
	req.Header.Set("Content-Type", "application/x-amz-json-1.1")
	req.Header.Set("X-Amz-Target", TargetPrefix+"."+operation)
	creds, err := c.cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return fmt.Errorf("no access key to call %s with: %w", operation, err)
	}
	sum := sha256.Sum256(body)
	err = v4.NewSigner().SignHTTP(ctx, creds, req, hex.EncodeToString(sum[:]), "ds", c.cfg.Region, time.Now())
	if err != nil {
		return fmt.Errorf("cannot sign %s: %w", operation, err)
	}
	res, err := c.cfg.HTTP.Do(req)
	if err != nil {
		return fmt.Errorf("cannot reach %s: is `entente serve` running there? %w", c.cfg.Endpoint, err)
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return fmt.Errorf("answer to %s broke off: %w", operation, err)
	}
	if res.StatusCode != http.StatusOK {
		refused := &Error{}
		if json.Unmarshal(answer, refused) != nil || refused.Code == "" {
			return fmt.Errorf("%s answered %s, which is not an answer of Entente", c.cfg.Endpoint, res.Status)
		}
		return refused
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("cannot decode the answer to %s: %w", operation, err)
	}
	return nil
}
