// Package deliver brings messages to where an administrator said that they go:
// a file, to which they are appended, or a webhook, to which they are posted.
//
// It tries once. Whoever calls it tries again, so a message may come twice,
// and after a crash it does.
package deliver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Destination is where messages go.
type Destination struct {
	file string // absolute path, or
	url  string // of a webhook
}

// Parse reads a destination: "file:/absolute/path", "https://…" or "http://…".
func Parse(text string) (Destination, error) {
	if file, ok := strings.CutPrefix(text, "file:"); ok {
		file = strings.TrimPrefix(file, "//")
		if !filepath.IsAbs(file) {
			return Destination{}, fmt.Errorf("%q: the path of the file must be absolute", text)
		}
		return Destination{file: filepath.Clean(file)}, nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return Destination{}, fmt.Errorf("%q is neither file:/a/path nor a URL with https or http", text)
	}
	return Destination{url: text}, nil
}

// Client delivers. The zero value works.
type Client struct {
	HTTP *http.Client // nil means one that gives up after 10 s
}

const giveUp = 10 * time.Second

// Deliver brings one body to a destination, whole: to a file as lines, synced
// to disk, to a webhook as the body of a POST of that content type. A webhook
// must answer with a 2xx.
func (c Client) Deliver(ctx context.Context, to Destination, contentType string, body []byte) error {
	if to.file != "" {
		return appendTo(to.file, body)
	}
	ctx, cancel := context.WithTimeout(ctx, giveUp)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", contentType)
	client := c.HTTP
	if client == nil {
		client = http.DefaultClient
	}
	res, err := client.Do(req)
	if err != nil {
		var failed *url.Error
		if errors.As(err, &failed) {
			err = failed.Err // without the URL, which may hold a key
		}
		return fmt.Errorf("the webhook does not answer: %w", err)
	}
	_, _ = io.CopyN(io.Discard, res.Body, 64<<10)
	_ = res.Body.Close()
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("the webhook answered %s", res.Status)
	}
	return nil
}

func appendTo(file string, body []byte) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	if len(body) > 0 && body[len(body)-1] != '\n' {
		body = append(bytes.Clone(body), '\n')
	}
	_, err = f.Write(body)
	return errors.Join(err, f.Sync(), f.Close())
}
